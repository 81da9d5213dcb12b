/**
 * The list of notifications; only those in sight are in the page.
 *
 * One of them is in the tab order, known by its id and always drawn. What arrives above does not move what
 * somebody is reading: the list is scrolled along.
 */

import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react';

import type { Notification } from '../core/notifications.js';
import { useLatest } from './hooks.js';
import { neighbour } from './list-keys.js';
import { type Below, NotificationRow } from './NotificationRow.js';
import type { NotificationActions } from './notification-actions.js';
import { type Row, rowsOf } from './notification-days.js';
import { useReading } from './reading.js';
import { useNow } from './time.js';
import { useStrings } from './translator.js';
import { seenHeight, useFocusRow, useWithRow } from './virtual.js';

interface Props {
  items: readonly Notification[];
  more: boolean;
  loading: boolean;
  activeId: string | null;
  /** Which has something below it. */
  open: { id: string; below: Below } | null;
  selected: ReadonlySet<string>;
  actions: NotificationActions;
  onMore: () => void;
  onLooked: (ids: string[], how: 'seen' | 'read') => void;
  onKey: (key: string, notification: Notification) => boolean;
}

const ROW_HEIGHT = 64;
const DAY_HEIGHT = 24;
const OVERSCAN_ROWS = 6;
/** How near its end more is loaded. */
const NEAR_ROWS = 30;
const MINUTE_MS = 60_000;
const SEEN_AFTER_MILLISECONDS = 400;

export function NotificationList(props: Props) {
  const { items, more, activeId, open, selected, actions, onMore, onLooked } = props;
  const trans = useStrings();
  const now = useNow(MINUTE_MS);
  const rows = useMemo(() => rowsOf(items, now, trans), [items, now, trans]);
  const indexOf = useMemo(() => new Map(rows.map((row, index) => [row.key, index])), [rows]);
  const scroller = useRef<HTMLDivElement>(null);
  const active = activeId !== null && indexOf.has(activeId) ? activeId : (items[0]?.id ?? null);
  const activeIndex = active === null ? undefined : indexOf.get(active);
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLElement>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: index => (rows[index]?.kind === 'day' ? DAY_HEIGHT : ROW_HEIGHT),
    getItemKey: index => rows[index]?.key ?? index,
    overscan: OVERSCAN_ROWS,
    measureElement: seenHeight,
    initialRect: { width: 300, height: 800 },
    rangeExtractor: useWithRow(activeIndex),
  });
  useStayingPut(scroller, rows, virtualizer);
  const drawn = virtualizer.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= rows.length - NEAR_ROWS) {
      onMore();
    }
  }, [more, last, rows.length, onMore]);

  const watch = useReading(items, ids => onLooked(ids, 'read'));
  useSeen(scroller, items, ids => onLooked(ids, 'seen'));

  const focus = useFocusRow(scroller, 'data-jrt-notification', indexOf, index =>
    virtualizer.scrollToIndex(index),
  );
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const { target } = event;
    const id = (target as HTMLElement).closest<HTMLElement>('[data-jrt-notification]')?.dataset
      .jrtNotification;
    const at = items.findIndex(one => one.id === id);
    const notification = items[at];
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const isOnRow = target === event.currentTarget || (target as HTMLElement).tagName === 'ARTICLE';
    if (!notification || !isPlain || (!isOnRow && (event.key === 'Enter' || event.key === ' '))) {
      return;
    }
    const next = neighbour(event.key, at, items);
    if (next !== null) {
      event.preventDefault();
      actions.onActive(next);
      focus(next);
    } else if (props.onKey(event.key, notification)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <div ref={scroller} className="jrt-scroller jrt-notifications-scroller">
      <div
        role="feed"
        aria-label={trans.__('Notifications')}
        aria-busy={props.loading}
        className="jrt-list-rows"
        style={{ height: `${virtualizer.getTotalSize()}px` }}
        onKeyDown={onKeyDown}
      >
        {drawn.map(({ key, index, start }) => {
          const row = rows[index];
          return (
            row && (
              <div
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                className="jrt-row"
                style={{ transform: `translateY(${start}px)` }}
              >
                {row.kind === 'day' ? (
                  <div className="jrt-day">{row.day}</div>
                ) : (
                  <NotificationRow
                    notification={row.notification}
                    position={row.position}
                    total={more ? -1 : items.length}
                    active={row.key === active}
                    selected={selected.has(row.key)}
                    below={open?.id === row.key ? open.below : null}
                    actions={actions}
                    watch={watch}
                  />
                )}
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

type Virtual = Pick<
  Virtualizer<HTMLDivElement, HTMLElement>,
  'getVirtualItemForOffset' | 'measurementsCache' | 'scrollOffset'
>;

/** Keep the row at the upper edge where it is, whatever comes above it; at the very top, show what comes. */
function useStayingPut(
  scroller: { current: HTMLElement | null },
  rows: readonly Row[],
  virtualizer: Virtual,
): void {
  const anchor = useRef<{ key: string; below: number } | null>(null);
  useLayoutEffect(() => {
    const outer = scroller.current;
    const kept = anchor.current;
    if (outer && kept && outer.scrollTop > 0) {
      const index = rows.findIndex(row => row.key === kept.key);
      const start = virtualizer.measurementsCache[index]?.start;
      if (start !== undefined && Math.abs(start + kept.below - outer.scrollTop) > 1) {
        outer.scrollTop = start + kept.below;
      }
    }
    // Only what comes and goes moves rows; while somebody scrolls, the anchor follows below.
  }, [rows, scroller, virtualizer]);
  useEffect(() => {
    const outer = scroller.current;
    const note = () => {
      // As the virtualizer has just read it: asking the browser again would lay out the page once more.
      const at = virtualizer.scrollOffset ?? 0;
      const item = virtualizer.getVirtualItemForOffset(at);
      anchor.current = item ? { key: String(item.key), below: at - item.start } : null;
    };
    outer?.addEventListener('scroll', note, { passive: true });
    return () => outer?.removeEventListener('scroll', note);
  }, [scroller, virtualizer]);
}

/** What is listed while the list is in sight was seen; told of now and then, however fast it is scrolled. */
function useSeen(
  scroller: { current: HTMLElement | null },
  items: readonly Notification[],
  onSeen: (ids: string[]) => void,
): void {
  const latest = useLatest({ items, onSeen });
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const look = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const isShown =
        document.visibilityState === 'visible' && (scroller.current?.offsetHeight ?? 0) > 0;
      const ids = isShown ? latest.current.items.filter(one => !one.seen).map(({ id }) => id) : [];
      if (ids.length > 0) {
        latest.current.onSeen(ids);
      }
    }, SEEN_AFTER_MILLISECONDS);
  }, [scroller, latest]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever is listed anew is looked at.
  useEffect(look, [items, look]);
  useEffect(() => {
    const observer = typeof ResizeObserver === 'function' ? new ResizeObserver(look) : null;
    if (scroller.current) {
      observer?.observe(scroller.current);
    }
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer.current);
      observer?.disconnect();
      document.removeEventListener('visibilitychange', look);
    };
  }, [look, scroller]);
}
