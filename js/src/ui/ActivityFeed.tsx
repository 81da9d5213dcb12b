/**
 * What happened in a project: filtered by person and kind, under days, each line leading to its object.
 *
 * Whoever reads further down, or is at a line by keys, is not moved by what comes: it is counted above.
 */

import {
  type KeyboardEvent,
  memo,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';

import {
  type ActivityItem,
  type ActivityKind,
  ActivityList,
  type ActivityQuery,
} from '../core/activity.js';
import type { Connection, ConnectionState } from '../core/connection.js';
import type { Actor } from '../core/protocol.js';
import { Avatar } from './Avatar.js';
import { ACTIVITY_KINDS, kindName, type Piece, plain, sentence } from './activity-words.js';
import { Choice } from './Choice.js';
import { useElementId, useFollow, useLatest, useStore } from './hooks.js';
import { LiveFace, NoMatchFace } from './LiveFace.js';
import { neighbour } from './list-keys.js';
import { dayName } from './notification-days.js';
import { RelativeTime } from './RelativeTime.js';
import { useNow } from './time.js';
import { useStrings } from './translator.js';

export interface FeedProps {
  connection: Pick<Connection, 'rest' | 'subscribe'>;
  state: ConnectionState;
  project: string;
  /** Whose activity can be asked for. */
  people: readonly Actor[];
  /** Lead to what a line is about; null: to nothing. */
  open: (item: ActivityItem) => (() => void) | null;
  /** To begin with. */
  query?: Omit<ActivityQuery, 'project'>;
}

const MINUTE_MS = 60_000;
/** How near the end more is read. */
const NEAR_PX = 600;

export function ActivityFeed(props: FeedProps) {
  const { connection, project } = props;
  const [query, setQuery] = useState<Omit<ActivityQuery, 'project'>>(props.query ?? {});
  const { user, kind } = query;
  const key = JSON.stringify([project, user, kind]);
  const list = useMemo(
    () => new ActivityList(connection, { project, user, kind }),
    [connection, project, user, kind],
  );
  useFollow(() => list.follow(), key);
  return (
    <div className="jrt-activity" data-jrt-activity="">
      <Filter {...props} query={query} onChange={setQuery} />
      <Lines
        {...props}
        key={key}
        list={list}
        isFiltered={Boolean(user || kind)}
        onClear={() => setQuery({})}
      />
    </div>
  );
}

type FilterProps = FeedProps & {
  query: Omit<ActivityQuery, 'project'>;
  onChange: (query: Omit<ActivityQuery, 'project'>) => void;
};

function Filter({ people, query, onChange }: FilterProps) {
  const trans = useStrings();
  const known = people.some(({ name }) => name === query.user) || query.user === undefined;
  return (
    <div className="jrt-choices jrt-activity-filter">
      <Choice
        label={trans.__('Person')}
        value={query.user ?? ''}
        options={[
          ['', trans.__('Everybody')],
          ...people.map(({ name, display_name }): [string, string] => [name, display_name]),
          ...(known ? [] : [[query.user ?? '', query.user ?? ''] as [string, string]]),
        ]}
        onChange={user => onChange({ ...query, user: user || undefined })}
      />
      <Choice<ActivityKind | ''>
        label={trans.__('Kind')}
        value={query.kind ?? ''}
        options={[
          ['', trans.__('Everything')],
          ...ACTIVITY_KINDS.map((kind): [ActivityKind, string] => [kind, kindName(kind, trans)]),
        ]}
        onChange={kind => onChange({ ...query, kind: kind || undefined })}
      />
    </div>
  );
}

type LinesProps = FeedProps & {
  list: ActivityList;
  isFiltered: boolean;
  onClear: () => void;
};

function Lines(props: LinesProps) {
  const { list, open } = props;
  const trans = useStrings();
  const { items, fresh, hasMore, loading } = useStore(list.store);
  const now = useNow(MINUTE_MS);
  const scroller = useRef<HTMLDivElement>(null);
  const [activeId, setActiveId] = useState<string | null>(null);
  const active = items.some(({ id }) => id === activeId) ? activeId : (items[0]?.id ?? null);
  const look = useReading(scroller, list, hasMore);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is listed anew may leave room for more.
  useLayoutEffect(look, [items, look]);
  const showFresh = () => {
    list.showFresh();
    scroller.current?.scrollTo({ top: 0 });
    const first = list.store.getState().items[0]?.id;
    requestAnimationFrame(() => first && focusLine(scroller.current, first));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const next = nextLine(event, items);
    if (next !== null) {
      event.preventDefault();
      setActiveId(next);
      focusLine(scroller.current, next);
    }
  };
  const latestOpen = useLatest(open);
  const onOpen = useCallback((item: ActivityItem) => latestOpen.current(item)?.(), [latestOpen]);
  let day = '';
  return (
    <>
      <p className="jrt-activity-fresh" role="status">
        {fresh > 0 && (
          <button type="button" className="jrt-button jrt-button-small" onClick={showFresh}>
            {trans._n('%1 new', '%1 new', fresh)}
          </button>
        )}
      </p>
      <Face {...props} />
      <div ref={scroller} className="jrt-scroller jrt-activity-scroller" onScroll={look}>
        {items.length > 0 && (
          <div
            role="feed"
            aria-label={trans.__('Activity')}
            aria-busy={loading}
            onKeyDown={onKeyDown}
            onFocus={look}
            onBlur={look}
          >
            {items.map((item, at) => {
              const name = dayName(item.time, now, trans);
              const isNewDay = name !== day;
              day = name;
              return (
                <div key={item.id}>
                  {isNewDay && <div className="jrt-day">{name}</div>}
                  <Line
                    item={item}
                    position={at + 1}
                    total={hasMore ? -1 : items.length}
                    isActive={item.id === active}
                    leads={open(item) !== null}
                    onOpen={onOpen}
                    onActive={setActiveId}
                  />
                </div>
              );
            })}
          </div>
        )}
      </div>
    </>
  );
}

/** Hold what is new while somebody reads, and read on before they are at the end. */
function useReading(
  scroller: { current: HTMLElement | null },
  list: ActivityList,
  hasMore: boolean,
): () => void {
  const look = useCallback(() => {
    const outer = scroller.current;
    if (outer === null) {
      return;
    }
    const isAmong = outer.contains(document.activeElement);
    list.hold(outer.scrollTop > 0 || isAmong);
    const left = outer.scrollHeight - outer.scrollTop - outer.clientHeight;
    if (hasMore && outer.clientHeight > 0 && left < NEAR_PX) {
      list.more();
    }
  }, [scroller, list, hasMore]);
  useEffect(() => {
    const observer = typeof ResizeObserver === 'function' ? new ResizeObserver(look) : null;
    if (scroller.current) {
      observer?.observe(scroller.current);
    }
    return () => observer?.disconnect();
  }, [look, scroller]);
  return look;
}

function nextLine(event: KeyboardEvent<HTMLElement>, items: readonly ActivityItem[]) {
  const id = (event.target as HTMLElement).closest<HTMLElement>('[data-jrt-line]')?.dataset.jrtLine;
  const at = items.findIndex(item => item.id === id);
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  return at >= 0 && isPlain ? neighbour(event.key, at, items) : null;
}

function focusLine(scroller: HTMLElement | null, id: string): void {
  const line = scroller?.querySelector<HTMLElement>(`[data-jrt-line="${CSS.escape(id)}"]`);
  line?.focus({ preventScroll: true });
  line?.scrollIntoView({ block: 'nearest' });
}

interface LineProps {
  item: ActivityItem;
  position: number;
  total: number;
  isActive: boolean;
  leads: boolean;
  onOpen: (item: ActivityItem) => void;
  onActive: (id: string) => void;
}

const Line = memo(function Line(props: LineProps) {
  const { item, position, total, isActive, leads, onOpen, onActive } = props;
  const trans = useStrings();
  const id = useElementId();
  const pieces = sentence(item, trans);
  const go = leads ? () => onOpen(item) : undefined;
  return (
    <article
      className="jrt-line"
      data-jrt-line={item.id}
      data-jrt-kind={item.kind}
      data-jrt-verb={item.verb}
      data-jrt-leads={leads}
      aria-labelledby={id}
      aria-posinset={position}
      aria-setsize={total}
      tabIndex={isActive ? 0 : -1}
      title={plain(pieces)}
      onClick={go}
      onFocus={() => onActive(item.id)}
      onKeyDown={event => {
        if (event.key === 'Enter' && event.target === event.currentTarget) {
          go?.();
        }
      }}
    >
      <Avatar of={item.actor} />
      <span id={id} className="jrt-line-words">
        {pieces.map((piece, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a sentence does not change its order.
          <PieceOf key={at} piece={piece} />
        ))}
      </span>
      <RelativeTime iso={item.time} nested />
    </article>
  );
});

const PieceOf = ({ piece }: { piece: Piece }) =>
  typeof piece === 'string' ? (
    piece
  ) : (
    <span className={`jrt-line-${piece.part}`}>{piece.words}</span>
  );

function Face({ list, state, isFiltered, onClear }: LinesProps) {
  const trans = useStrings();
  const { items, loaded, error, hasMore } = useStore(list.store);
  return (
    <LiveFace
      {...{ state, loaded, error }}
      loading={hasMore}
      onRetry={() => list.retry()}
      hasRows={items.length > 0}
      waiting={trans.__('Offline. What happened appears once the server answers.')}
      looking={trans.__('Loading activity…')}
    >
      {isFiltered ? (
        <NoMatchFace onClear={onClear} />
      ) : (
        <p className="jrt-face">
          {trans.__('Nothing happened yet. Saves, comments, analyses and members appear here.')}
        </p>
      )}
    </LiveFace>
  );
}
