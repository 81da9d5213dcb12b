/** The whole centre: which notifications, what to look for, the list, and what was done last. */

import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { StoreApi } from 'zustand/vanilla';

import type { ConnectionState } from '../core/connection.js';
import {
  keyOf,
  type ListView,
  NO_LIST,
  type Notification,
  type Notifications,
  type Query,
} from '../core/notifications.js';
import type { PreferenceBook } from '../core/preferences.js';
import { Banner, Hint } from './Banner.js';
import { Connected } from './Connected.js';
import { ConnectionDot } from './ConnectionDot.js';
import { useFollow, useLatest, useStore } from './hooks.js';
import { Icon } from './icons.js';
import { LastAct } from './LastAct.js';
import { NotificationFace } from './NotificationFace.js';
import { NotificationFilter, type ProjectName } from './NotificationFilter.js';
import { NotificationList } from './NotificationList.js';
import type { Below } from './NotificationRow.js';
import type { NotificationActions } from './notification-actions.js';
import { focusBeside, focusRow } from './notification-focus.js';
import { boxName } from './notification-words.js';
import { quieterBy } from './quieter.js';
import { Selection } from './Selection.js';
import { useStrings } from './translator.js';

export interface CenterProps {
  /** The version of this page's part. */
  version: string;
  connection: StoreApi<ConnectionState>;
  notifications: Notifications;
  /** Whose changes "Why this?" offers; null: none. */
  preferences: PreferenceBook | null;
  /** The projects to choose from; a choice is shown where there are several. */
  projects: readonly ProjectName[];
  /** Lead to what a notification is about. */
  openTarget: (notification: Notification) => void;
  openPreferences: (() => void) | null;
  wake: () => void;
}

const BOXES: readonly Query['box'][] = ['inbox', 'unread', 'snoozed', 'archived', 'all'];
const NOTHING_SELECTED: ReadonlySet<string> = new Set();
const INBOX: Query = { box: 'inbox' };

export function NotificationCenter(props: CenterProps) {
  const connection = useStore(props.connection);
  const { unread, denied } = useStore(props.notifications.store);
  const [query, setQuery] = useState<Query>(INBOX);
  useFollow(() => props.notifications.follow(), 'notifications');
  return (
    <Connected state={connection}>
      <div className="jrt-root jrt-panel jrt-center" data-jrt-notifications="">
        <Banner state={connection} version={props.version} />
        <Hint state={connection} />
        <Head {...props} state={connection} unread={unread} query={query} />
        <Boxes query={query} unread={unread} onChoose={box => setQuery({ ...query, box })} />
        {denied === null ? (
          <Content {...props} state={connection} query={query} setQuery={setQuery} />
        ) : (
          <p className="jrt-face">{denied}</p>
        )}
      </div>
    </Connected>
  );
}

type HeadProps = CenterProps & {
  state: ConnectionState;
  unread: number | null;
  query: Query;
};

function Head({ notifications, openPreferences, state, wake, unread, query }: HeadProps) {
  const trans = useStrings();
  const { category, project } = query;
  const nothing = !unread;
  const label = category || project ? trans.__('Mark these as read') : trans.__('Mark all as read');
  return (
    <div className="jrt-center-head">
      <h2 className="jrt-center-title">{trans.__('Notifications')}</h2>
      <button
        type="button"
        className="jrt-icon-button"
        aria-disabled={nothing}
        aria-label={label}
        title={nothing ? trans.__('Nothing is unread') : label}
        onClick={nothing ? undefined : () => void notifications.readAll({ category, project })}
      >
        <Icon name="checks" />
      </button>
      {openPreferences && (
        <button
          type="button"
          className="jrt-icon-button"
          aria-label={trans.__('Preferences')}
          title={trans.__('How you want to be told')}
          onClick={openPreferences}
        >
          <Icon name="gear" />
        </button>
      )}
      <ConnectionDot state={state} onWake={wake} />
    </div>
  );
}

interface BoxesProps {
  query: Query;
  unread: number | null;
  onChoose: (box: Query['box']) => void;
}

function Boxes({ query, unread, onChoose }: BoxesProps) {
  const trans = useStrings();
  const group = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step !== undefined) {
      const at = (BOXES.indexOf(query.box) + step + BOXES.length) % BOXES.length;
      onChoose(BOXES[at] ?? 'inbox');
      group.current?.querySelectorAll<HTMLElement>('[role=radio]')[at]?.focus();
    }
  };
  return (
    <div
      ref={group}
      role="radiogroup"
      className="jrt-boxes"
      aria-label={trans.__('Which notifications')}
      onKeyDown={onKeyDown}
    >
      {BOXES.map(box => {
        const isChosen = box === query.box;
        const name = boxName(box, trans);
        const count = box === 'unread' && unread ? new Intl.NumberFormat().format(unread) : '';
        return (
          // biome-ignore lint/a11y/useSemanticElements: a segmented control, as elsewhere here.
          <button
            key={box}
            type="button"
            role="radio"
            className="jrt-box"
            aria-checked={isChosen}
            aria-label={count === '' ? name : `${name}, ${count}`}
            data-jrt-box={box}
            tabIndex={isChosen ? 0 : -1}
            onClick={() => onChoose(box)}
          >
            {name}
            {count !== '' && <span className="jrt-badge">{count}</span>}
          </button>
        );
      })}
    </div>
  );
}

type ContentProps = CenterProps & {
  state: ConnectionState;
  query: Query;
  setQuery: (query: Query) => void;
};

function Content(props: ContentProps) {
  const { notifications, query, setQuery, state, openTarget } = props;
  const trans = useStrings();
  const list = useList(notifications, query);
  const [activeId, setActiveId] = useState<string | null>(null);
  const [open, setOpen] = useState<{ id: string; below: Below } | null>(null);
  const [selected, setSelected] = useState(NOTHING_SELECTED);
  const key = keyOf(query);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list, other rows.
  useEffect(() => {
    setOpen(null);
    setSelected(NOTHING_SELECTED);
  }, [key]);
  const chosen = list.items.filter(({ id }) => selected.has(id));
  const quieter = useMemo(() => quieterBy(props.preferences, trans), [props.preferences, trans]);
  const latest = useLatest({
    ...{ open, openTarget, quieter, openPreferences: props.openPreferences },
    more: () => notifications.more(query),
  });
  const hasPreferences = props.openPreferences !== null;
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
      case 'z':
        void notifications.undo();
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
  const onMore = useCallback(() => latest.current.more(), [latest]);
  const isFiltered = Boolean(query.category || query.type || query.project || query.text);
  return (
    <>
      <div className="jrt-center-tools">
        {chosen.length > 0 ? (
          <Selection
            chosen={chosen}
            notifications={notifications}
            onClear={() => setSelected(NOTHING_SELECTED)}
          />
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
          activeId={activeId}
          open={open}
          selected={selected}
          actions={actions}
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

function toggled(selected: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(selected);
  if (!next.delete(id)) {
    next.add(id);
  }
  return next;
}
