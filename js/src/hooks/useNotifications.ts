import { useMemo } from 'react';

import {
  keyOf,
  type ListView,
  NO_LIST,
  type Notifications,
  type NotificationsState,
  type Query,
} from '../core/notifications.js';
import { pageNotifications } from '../core/page.js';
import { useFollow, useStore } from '../ui/hooks.js';
import { useConnection } from './page.js';

type Acts = Pick<
  Notifications,
  | 'read'
  | 'unreadAgain'
  | 'archive'
  | 'restore'
  | 'snooze'
  | 'wake'
  | 'readAll'
  | 'undo'
  | 'onArrival'
>;

export interface Inbox
  extends Omit<ListView, 'more'>,
    Pick<NotificationsState, 'unread' | 'denied' | 'done' | 'refused'>,
    Acts {
  /** Whether there is more than was loaded. */
  hasMore: boolean;
  /** Load what follows. */
  more(): void;
  /** Load again what could not be loaded. */
  retry(): void;
}

/** One's own notifications, live, and the page's one badge; without a query those in the inbox. */
export function useNotifications(query: Partial<Query> = {}): Inbox {
  const connection = useConnection();
  const notifications = useMemo(() => pageNotifications(connection), [connection]);
  const key = keyOf({ box: 'inbox', ...query });
  // Whoever writes the query where it is used makes a new object each time.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all that is in the query.
  const wanted = useMemo<Query>(() => ({ box: 'inbox', ...query }), [key]);
  useFollow(() => notifications.open(wanted), key);
  const { lists, unread, denied, done, refused } = useStore(notifications.store);
  const { more: hasMore, ...list } = lists[key] ?? NO_LIST;
  // Where there is no inbox nothing is under way.
  const loading = list.loading && denied === null;
  const acts = useMemo(() => actsOf(notifications, wanted), [notifications, wanted]);
  return { ...list, loading, hasMore, unread, denied, done, refused, ...acts };
}

function actsOf(of: Notifications, query: Query): Acts & Pick<Inbox, 'more' | 'retry'> {
  return {
    read: ids => of.read(ids),
    unreadAgain: ids => of.unreadAgain(ids),
    archive: ids => of.archive(ids),
    restore: ids => of.restore(ids),
    snooze: (ids, until) => of.snooze(ids, until),
    wake: ids => of.wake(ids),
    readAll: scope => of.readAll(scope),
    undo: () => of.undo(),
    onArrival: listener => of.onArrival(listener),
    more: () => of.more(query),
    retry: () => of.retry(query),
  };
}
