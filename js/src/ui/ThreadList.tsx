/** A list of threads, one of them open; only those in sight are in the page. */

import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';

import type { CommentHands } from '../core/comment-hands.js';
import type { OwnThread, Role, Threads } from '../core/threads.js';
import { useLatest } from './hooks.js';
import { neighbour } from './list-keys.js';
import { ThreadCard } from './ThreadCard.js';
import { spokenThread, ThreadRow } from './ThreadRow.js';
import { focusReply } from './thread-focus.js';
import { useStrings } from './translator.js';
import { seenHeight, useFocusRow, useWithRow } from './virtual.js';

interface Props {
  items: readonly OwnThread[];
  threads: Threads;
  hands: CommentHands | null;
  me: string | null;
  role: Role;
  withPath: boolean;
  more: boolean;
  loading: boolean;
  onMore: () => void;
  /** Which is to be shown, as something else on the page has it. */
  chosen: string | null;
  onChoose: (id: string | null) => void;
}

const ROW_HEIGHT = 84;
const NEAR_ROWS = 20;

export function ThreadList(props: Props) {
  const { items, threads, hands, me, role, withPath, more, chosen, onChoose, onMore } = props;
  const trans = useStrings();
  const scroller = useRef<HTMLDivElement>(null);
  const [activeId, setActiveId] = useState<string | null>(null);
  const indexOf = useMemo(() => new Map(items.map(({ id }, at) => [id, at])), [items]);
  const isKnown = (id: string | null) => id !== null && indexOf.has(id);
  const active = isKnown(activeId) ? activeId : isKnown(chosen) ? chosen : (items[0]?.id ?? null);
  const activeIndex = indexOf.get(active ?? '');
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLElement>({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: index => items[index]?.id ?? index,
    overscan: 4,
    measureElement: seenHeight,
    initialRect: { width: 300, height: 800 },
    rangeExtractor: useWithRow(activeIndex),
  });
  const drawn = virtualizer.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= items.length - NEAR_ROWS) {
      onMore();
    }
  }, [more, last, items.length, onMore]);

  const latest = useLatest({ indexOf, scrollTo: virtualizer.scrollToIndex });
  useEffect(() => {
    // Somebody has chosen it in the code: it comes into sight.
    const at = chosen === null ? undefined : latest.current.indexOf.get(chosen);
    if (at !== undefined) {
      latest.current.scrollTo(at, { align: 'auto' });
    }
  }, [chosen, latest]);
  const focusRow = useFocusRow(scroller, 'data-jrt-row', indexOf, index =>
    virtualizer.scrollToIndex(index),
  );
  const focus = (id: string) => {
    setActiveId(id);
    focusRow(id);
  };
  const toggle = (id: string) => onChoose(chosen === id ? null : id);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const target = event.target as HTMLElement;
    const id = target.dataset.jrtRow;
    const at = id === undefined ? -1 : (indexOf.get(id) ?? -1);
    const thread = items[at];
    if (!thread || event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key === 'Escape' && chosen !== null) {
        event.stopPropagation();
        onChoose(null);
        focus(chosen);
      }
      return;
    }
    const next = neighbour(event.key, at, items);
    if (next !== null) {
      focus(next);
    } else if (!act(event.key, thread)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const act = (key: string, thread: OwnThread): boolean => {
    const { id, state } = thread;
    switch (key) {
      case 'Enter':
        hands?.open(thread);
        onChoose(id);
        return true;
      case ' ':
        toggle(id);
        return true;
      case 'r':
        onChoose(id);
        focusReply(scroller.current, id);
        return true;
      case 'e':
        if (role !== 'viewer') {
          void (state === 'open' ? threads.resolve(id) : threads.reopen(id));
        }
        return true;
      case 'Escape':
        if (chosen === null) {
          return false;
        }
        onChoose(null);
        return true;
      default:
        return false;
    }
  };
  return (
    <div ref={scroller} className="jrt-scroller jrt-threads-scroller">
      <div
        role="feed"
        aria-label={trans.__('Threads')}
        aria-busy={props.loading}
        className="jrt-list-rows"
        style={{ height: `${virtualizer.getTotalSize()}px` }}
        onKeyDown={onKeyDown}
      >
        {drawn.map(({ key, index, start }) => {
          const thread = items[index];
          return (
            thread && (
              <div
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                className="jrt-row"
                style={{ transform: `translateY(${start}px)` }}
              >
                {/* biome-ignore lint/a11y/useKeyWithClickEvents: the list handles the keys of all its rows. */}
                <article
                  className="jrt-thread-row"
                  data-jrt-row={thread.id}
                  data-jrt-state={thread.state}
                  data-jrt-open={thread.id === chosen}
                  tabIndex={thread.id === active ? 0 : -1}
                  aria-posinset={index + 1}
                  aria-setsize={more ? -1 : items.length}
                  aria-label={spokenThread(thread, trans)}
                  onFocus={() => setActiveId(thread.id)}
                  onClick={event => {
                    if (thread.id !== chosen) {
                      event.currentTarget.focus({ preventScroll: true });
                      hands?.open(thread);
                      onChoose(thread.id);
                    }
                  }}
                >
                  {thread.id === chosen ? (
                    <ThreadCard
                      thread={thread}
                      threads={threads}
                      hands={hands}
                      me={me}
                      role={role}
                      withPath={withPath}
                    />
                  ) : (
                    <ThreadRow thread={thread} withPath={withPath} />
                  )}
                </article>
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}
