/** All threads of the document in front, or of the project: filtered, answered, resolved, placed anew. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { StoreApi } from 'zustand/vanilla';

import type { CommentHands } from '../core/comment-hands.js';
import type { ConnectionState } from '../core/connection.js';
import {
  fits,
  keyOf,
  NO_THREADS,
  type OwnThread,
  type ThreadFilter,
  type ThreadListView,
  type ThreadQuery,
  type Threads,
} from '../core/threads.js';
import { Banner, Hint } from './Banner.js';
import { Choice } from './Choice.js';
import { Connected } from './Connected.js';
import { ConnectionDot } from './ConnectionDot.js';
import { CommentIcon } from './comment-icons.js';
import { DocumentFollowing } from './FollowingChoice.js';
import { useFollow, useLatest, useStore } from './hooks.js';
import { LiveFace } from './LiveFace.js';
import { ThreadList } from './ThreadList.js';
import { emptyText, filterName } from './thread-words.js';
import { useStrings } from './translator.js';

/** Where the person is. */
export interface CommentsPlace {
  project: { id: string; name: string } | null;
  document: { id: string; path: string } | null;
  /** The thread that is shown, wherever on the page. */
  chosen: string | null;
}

export interface CommentsPanelProps {
  version: string;
  connection: StoreApi<ConnectionState>;
  threads: Threads;
  place: StoreApi<CommentsPlace>;
  hands: CommentHands | null;
  /** Begin a thread at the selection; null: nothing can be commented on. */
  onComment: (() => void) | null;
  onChoose: (id: string | null) => void;
  wake: () => void;
}

type Scope = 'document' | 'project';

const FILTERS: readonly ThreadFilter[] = [
  ...(['open', 'resolved', 'mine', 'mentions', 'unread', 'orphaned'] as const),
];
const NOTHING: readonly OwnThread[] = [];

export function CommentsPanel(props: CommentsPanelProps) {
  const connection = useStore(props.connection);
  const place = useStore(props.place);
  const trans = useStrings();
  const [wanted, setWanted] = useState<Scope>('document');
  const [filter, setFilter] = useState<ThreadFilter>('open');
  const scope = place.document === null ? 'project' : wanted;
  return (
    <Connected state={connection}>
      <div className="jrt-root jrt-panel jrt-comments-panel" data-jrt-comments="">
        <Banner state={connection} version={props.version} />
        <Hint state={connection} />
        <div className="jrt-comments-head">
          <h2 className="jrt-comments-title">{trans.__('Comments')}</h2>
          {props.onComment && (
            <button
              type="button"
              className="jrt-button jrt-button-small"
              aria-disabled={place.document === null}
              title={trans.__('Comment on the selection, or on this cell')}
              onClick={place.document === null ? undefined : props.onComment}
            >
              {trans.__('Comment')}
            </button>
          )}
          <ConnectionDot state={connection} onWake={props.wake} />
        </div>
        {place.project === null ? (
          <p className="jrt-face jrt-face-loading">{trans.__('Looking for the project…')}</p>
        ) : (
          <Content
            {...props}
            key={scope === 'document' ? place.document?.id : place.project.id}
            state={connection}
            place={place}
            scope={scope}
            filter={filter}
            onScope={setWanted}
            onFilter={setFilter}
          />
        )}
      </div>
    </Connected>
  );
}

type ContentProps = Omit<CommentsPanelProps, 'place'> & {
  state: ConnectionState;
  place: CommentsPlace;
  scope: Scope;
  filter: ThreadFilter;
  onScope: (scope: Scope) => void;
  onFilter: (filter: ThreadFilter) => void;
};

function Content(props: ContentProps) {
  const { threads, hands, state, place, scope, filter, onChoose, onFilter, onScope } = props;
  const trans = useStrings();
  const me = state.user?.name ?? null;
  const project = place.project?.id ?? '';
  const query: ThreadQuery =
    scope === 'document' ? { document: place.document?.id ?? '' } : { project, filter };
  const key = keyOf(query);
  useFollow(() => threads.open(project, query), key);
  const { lists, roles } = useStore(threads.store);
  const list = lists[key] ?? NO_THREADS;
  const shown = useShown(list, scope, filter, me, place.chosen);
  const counts = useMemo(
    () => (scope === 'document' ? countsOf(list.items, me) : null),
    [list.items, scope, me],
  );
  const latest = useLatest(() => threads.more(query));
  const onMore = useCallback(() => latest.current(), [latest]);
  return (
    <>
      <div className="jrt-comments-tools">
        <Choice
          label={trans.__('Whose threads')}
          value={scope}
          options={[
            ...(place.document === null
              ? []
              : [['document', nameOf(place.document.path)] as [Scope, string]]),
            ['project', trans.__('Project %1', place.project?.name ?? '')],
          ]}
          onChange={onScope}
        />
        <Choice
          label={trans.__('Which threads')}
          value={filter}
          options={FILTERS.map((one): [ThreadFilter, string] => [
            one,
            withCount(filterName(one, trans), counts?.[one]),
          ])}
          onChange={onFilter}
        />
        {scope === 'document' && place.document !== null && (
          <DocumentFollowing
            threads={threads}
            document={place.document.id}
            online={state.status === 'online'}
          />
        )}
        {filter !== 'orphaned' && (counts?.orphaned ?? 0) > 0 && (
          <button type="button" className="jrt-link" onClick={() => onFilter('orphaned')}>
            {trans._n('%1 has lost its code', '%1 have lost their code', counts?.orphaned ?? 0)}
          </button>
        )}
      </div>
      <Face
        {...props}
        list={list}
        shown={shown}
        hasAny={list.items.length > 0}
        onRetry={() => threads.retry(query)}
      />
      {shown.length > 0 && (
        <ThreadList
          key={`${key} ${filter}`}
          items={shown}
          threads={threads}
          hands={hands}
          me={me}
          role={roles[project] ?? 'viewer'}
          withPath={scope === 'project'}
          more={list.more}
          loading={list.loading}
          onMore={onMore}
          chosen={place.chosen}
          onChoose={onChoose}
        />
      )}
    </>
  );
}

/** What the filter lets through; and what it once did, so that nothing goes from under the hand. */
function useShown(
  list: ThreadListView,
  scope: Scope,
  filter: ThreadFilter,
  me: string | null,
  chosen: string | null,
): readonly OwnThread[] {
  const sticky = useRef<{ filter: ThreadFilter; ids: Set<string> }>({ filter, ids: new Set() });
  if (sticky.current.filter !== filter) {
    sticky.current = { filter, ids: new Set() };
  }
  const { ids } = sticky.current;
  const shown = useMemo(() => {
    if (scope === 'project') {
      return list.items;
    }
    return list.items.filter(one => fits(one, filter, me) || ids.has(one.id) || one.id === chosen);
  }, [list.items, scope, filter, me, ids, chosen]);
  useEffect(() => {
    for (const { id } of shown) {
      ids.add(id);
    }
  }, [shown, ids]);
  return shown.length > 0 ? shown : NOTHING;
}

function countsOf(items: readonly OwnThread[], me: string | null): Record<ThreadFilter, number> {
  const count = (filter: ThreadFilter) => items.filter(one => fits(one, filter, me)).length;
  return Object.fromEntries(FILTERS.map(one => [one, count(one)])) as Record<ThreadFilter, number>;
}

type FaceProps = ContentProps & {
  list: ThreadListView;
  shown: readonly OwnThread[];
  hasAny: boolean;
  onRetry: () => void;
};

function Face({ list, shown, hasAny, filter, state, scope, onRetry }: FaceProps) {
  const trans = useStrings();
  return (
    <LiveFace
      {...{ state, onRetry }}
      loaded={list.loaded}
      error={list.error}
      hasRows={shown.length > 0}
      waiting={trans.__('Offline. Comments appear here once the server answers.')}
      looking={trans.__('Loading comments…')}
    >
      <div className="jrt-face jrt-face-start">
        <p className="jrt-face-title">{emptyText(filter, trans)}</p>
        {!hasAny && scope === 'document' && (
          <p>
            <CommentIcon name="comment" />
            {trans.__('Select code and press Ctrl+Alt+M, or use the menu of a cell.')}
          </p>
        )}
      </div>
    </LiveFace>
  );
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const withCount = (name: string, count: number | undefined): string =>
  count ? `${name} (${new Intl.NumberFormat().format(count)})` : name;
