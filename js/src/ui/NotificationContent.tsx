/** What a box holds: what to look for, the list, and what was done last. */

import { useCallback, useRef } from 'react';

import type { ConnectionState } from '../core/connection.js';
import {
  keyOf,
  type ListView,
  NO_LIST,
  type Notifications,
  type Query,
} from '../core/notifications.js';
import { useFollow, useLatest, useStore } from './hooks.js';
import { LastAct } from './LastAct.js';
import { NotificationFace } from './NotificationFace.js';
import { NotificationFilter, type ProjectName } from './NotificationFilter.js';
import { NotificationList } from './NotificationList.js';
import { useNotificationWork, type WorkProps } from './notification-work.js';
import { Selection } from './Selection.js';

export interface ContentProps extends WorkProps {
  /** The projects to choose from; a choice is shown where there are several. */
  projects: readonly ProjectName[];
}

type Props = ContentProps & {
  state: ConnectionState;
  query: Query;
  setQuery: (query: Query) => void;
};

export function NotificationContent(props: Props) {
  const { notifications, query, setQuery, state } = props;
  const list = useList(notifications, query);
  const { chosen, selectNone, onKey, ...work } = useNotificationWork(props, list.items);
  const latest = useLatest(() => notifications.more(query));
  const onMore = useCallback(() => latest.current(), [latest]);
  const isFiltered = Boolean(query.category || query.type || query.project || query.text);
  return (
    <>
      <div className="jrt-center-tools">
        {chosen.length > 0 ? (
          <Selection chosen={chosen} notifications={notifications} onClear={selectNone} />
        ) : (
          <NotificationFilter query={query} projects={props.projects} onChange={setQuery} />
        )}
      </div>
      <NotificationFace
        list={list}
        box={query.box}
        isFiltered={isFiltered}
        state={state}
        onClear={() => setQuery({ box: query.box })}
        onRetry={() => notifications.retry(query)}
      />
      {list.items.length > 0 && (
        <NotificationList
          key={query.box}
          items={list.items}
          more={list.more}
          loading={list.loading}
          {...work}
          onMore={onMore}
          onLooked={(ids, how) => void notifications.looked(ids, how)}
          onKey={onKey}
        />
      )}
      <LastAct notifications={notifications} />
    </>
  );
}

/** The list that a query asks for; while it is being loaded, what was shown before of the same box. */
function useList(notifications: Notifications, query: Query): ListView {
  const key = keyOf(query);
  useFollow(() => notifications.open(query), key);
  const list = useStore(notifications.store).lists[key] ?? NO_LIST;
  const before = useRef({ box: query.box, list });
  if (list.loaded || list.error !== null || before.current.box !== query.box) {
    before.current = { box: query.box, list };
  }
  return before.current.list === list ? list : { ...before.current.list, loading: true };
}
