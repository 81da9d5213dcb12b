/** What somebody does in a list: which row is open, which are selected, and what each key does on a row. */

import { useEffect, useMemo, useState } from 'react';

import type { ConnectionState } from '../core/connection.js';
import { keyOf, type Notification, type Notifications, type Query } from '../core/notifications.js';
import type { PreferenceBook } from '../core/preferences.js';
import { useLatest } from './hooks.js';
import type { Below } from './NotificationRow.js';
import type { NotificationActions } from './notification-actions.js';
import { focusBeside, focusRow } from './notification-focus.js';
import { quieterBy } from './quieter.js';
import { useStrings } from './translator.js';

export interface WorkProps {
  notifications: Notifications;
  /** Whose changes "Why this?" offers; null: none. */
  preferences: PreferenceBook | null;
  /** Lead to what a notification is about. */
  openTarget: (notification: Notification) => void;
  openPreferences: (() => void) | null;
}

export interface NotificationWork {
  activeId: string | null;
  open: { id: string; below: Below } | null;
  selected: ReadonlySet<string>;
  /** The selected rows that are listed. */
  chosen: readonly Notification[];
  selectNone: () => void;
  actions: NotificationActions;
  /** Whether the key was of use, with the focus on a row. */
  onKey: (pressed: string, notification: Notification) => boolean;
}

type Props = WorkProps & { state: ConnectionState; query: Query };

const NOTHING_SELECTED: ReadonlySet<string> = new Set();

export function useNotificationWork(
  { notifications, preferences, openTarget, openPreferences, state, query }: Props,
  items: readonly Notification[],
): NotificationWork {
  const trans = useStrings();
  const [activeId, setActiveId] = useState<string | null>(null);
  const [open, setOpen] = useState<{ id: string; below: Below } | null>(null);
  const [selected, setSelected] = useState(NOTHING_SELECTED);
  const key = keyOf(query);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list, other rows.
  useEffect(() => {
    setOpen(null);
    setSelected(NOTHING_SELECTED);
  }, [key]);
  const chosen = items.filter(({ id }) => selected.has(id));
  const quieter = useMemo(() => quieterBy(preferences, trans), [preferences, trans]);
  const latest = useLatest({ open, openTarget, quieter, openPreferences });
  const hasPreferences = openPreferences !== null;
  const me = state.user?.name ?? null;
  const actions = useMemo<NotificationActions>(() => {
    const onBelow = (id: string, below: Below) => {
      setOpen(below === null ? null : { id, below });
      if (below === null) {
        focusRow(id);
      }
    };
    const onOpen = (notification: Notification) => {
      void notifications.looked([notification.id], 'read');
      if (notification.action_url === null) {
        const isOpen = latest.current.open?.id === notification.id;
        onBelow(notification.id, isOpen ? null : 'details');
      } else {
        latest.current.openTarget(notification);
      }
    };
    return {
      me,
      onActive: setActiveId,
      onOpen,
      onBelow,
      onClick: (id, event) => {
        const notification = notifications.get(id);
        if (event.ctrlKey || event.metaKey) {
          setSelected(before => toggled(before, id));
        } else if (notification) {
          onOpen(notification);
        }
      },
      onSelect: id => setSelected(before => toggled(before, id)),
      onRead: (id, read) =>
        void (read ? notifications.read([id]) : notifications.unreadAgain([id])),
      onArchive: (ids, archived) => {
        focusBeside(ids);
        void (archived ? notifications.archive(ids) : notifications.restore(ids));
      },
      onSnooze: (ids, until) => {
        focusBeside(ids);
        setOpen(null);
        void notifications.snooze(ids, until);
      },
      onWake: ids => void notifications.wake(ids),
      quieter: notification => latest.current.quieter(notification),
      onPreferences: hasPreferences ? () => latest.current.openPreferences?.() : null,
    };
  }, [notifications, latest, hasPreferences, me]);
  const onKey = (pressed: string, notification: Notification): boolean => {
    const { id, read, archived, snoozed_until } = notification;
    switch (pressed) {
      case 'Enter':
        actions.onOpen(notification);
        return true;
      case ' ':
      case 'w':
        actions.onBelow(id, open?.id === id ? null : 'details');
        return true;
      case 'x':
        actions.onSelect(id);
        return true;
      case 'u':
        actions.onRead(id, !read);
        return true;
      case 'e':
        actions.onArchive(chosen.length > 0 ? chosen.map(one => one.id) : [id], !archived);
        return true;
      case 's':
        snoozed_until === null ? actions.onBelow(id, 'snooze') : actions.onWake([id]);
        return true;
      case 'Escape': {
        const hasAny = open !== null || selected.size > 0;
        open === null ? setSelected(NOTHING_SELECTED) : actions.onBelow(id, null);
        return hasAny;
      }
      default:
        return false;
    }
  };
  const selectNone = () => setSelected(NOTHING_SELECTED);
  return { activeId, open, selected, chosen, selectNone, actions, onKey };
}

function toggled(selected: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(selected);
  if (!next.delete(id)) {
    next.add(id);
  }
  return next;
}
