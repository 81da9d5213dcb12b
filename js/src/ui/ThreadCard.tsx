/** A thread with all that belongs to it: its code, its comments, an answer, and what becomes of it. */

import { useCallback, useRef, useState, useSyncExternalStore } from 'react';

import type { CommentHands } from '../core/comment-hands.js';
import { hasLostPlace } from '../core/thread-rows.js';
import { isPending, type OwnThread, type Role, type Threads } from '../core/threads.js';
import { Candidates } from './Candidates.js';
import { CommentEditor } from './CommentEditor.js';
import { CommentRow } from './CommentRow.js';
import { errorText } from './error-words.js';
import { ThreadFollowing } from './FollowingChoice.js';
import { useElementId, useStore } from './hooks.js';
import { Icon } from './icons.js';
import { useLooking } from './looking.js';
import { RelativeTime } from './RelativeTime.js';
import { Suggestion } from './Suggestion.js';
import { ThreadCode } from './ThreadCode.js';
import { placeText, refusedText, statusName } from './thread-words.js';
import { useStrings } from './translator.js';

export interface ThreadCardProps {
  thread: OwnThread;
  threads: Threads;
  hands: CommentHands | null;
  me: string | null;
  role: Role;
  /** Whether to say to which file it belongs. */
  withPath?: boolean;
  /** Whether its code stands beside it anyway. */
  withoutCode?: boolean;
  /** Whether the field for an answer is to have the focus. */
  autoFocus?: boolean;
}

export function ThreadCard(props: ThreadCardProps) {
  const { thread, threads, hands, me, role, withoutCode = false } = props;
  const trans = useStrings();
  const article = useRef<HTMLElement>(null);
  const titleId = useElementId();
  const { restorable } = useStore(threads.store);
  const { id, comments, anchor, state, unread, issue } = thread;
  const isSending = isPending(id);
  const mayWrite = role !== 'viewer' && !isSending;
  useLooking(article, unread > 0 ? `${id} ${comments.at(-1)?.id}` : null, () => threads.looked(id));
  const code = useCode(hands, thread);
  const fits = code === null ? null : code === anchor.original;
  const services = useServices(threads, thread.document);
  const suggested = (text: string) => (
    <Suggestion
      original={anchor.original}
      text={text}
      fits={fits}
      onApply={hands && role !== 'viewer' ? wanted => hands.apply(thread, wanted) : null}
    />
  );
  return (
    <article
      ref={article}
      className="jrt-thread"
      data-jrt-thread={id}
      data-jrt-state={state}
      data-jrt-anchor={anchor.status}
      data-jrt-unread={unread}
      aria-labelledby={titleId}
    >
      <Head {...props} titleId={titleId} mayWrite={mayWrite} />
      {!withoutCode && <ThreadCode thread={thread} />}
      {issue !== null && (
        <p className="jrt-note">
          {thread.issue_state === 'fixed' && state === 'open'
            ? trans.__('The issue that this is about is fixed: the thread can be resolved.')
            : trans.__('About an issue.')}
        </p>
      )}
      {hasLostPlace(thread) && mayWrite && <Replacing {...props} />}
      <ol className="jrt-comments" aria-label={trans.__('Comments')}>
        {comments.map(comment => (
          <CommentRow
            key={comment.id}
            comment={comment}
            me={me}
            mayWrite={mayWrite}
            mayModerate={role === 'owner'}
            restorable={restorable.has(comment.id)}
            services={services}
            code={fits ? code : null}
            suggestion={anchor.scope === 'range' ? suggested : () => null}
            onEdit={body => threads.edit(id, comment.id, body)}
            onDelete={() => void threads.remove(id, comment.id)}
            onRestore={() => void threads.restore(id, comment.id)}
            onReact={(emoji, on) => void threads.react(id, comment.id, emoji, on)}
          />
        ))}
      </ol>
      {thread.resolved && (
        <p className="jrt-thread-resolved">
          <Icon name="check" />
          {trans.__('Resolved by %1', thread.resolved.by.display_name)}{' '}
          <RelativeTime iso={thread.resolved.at} />
        </p>
      )}
      <Refused threads={threads} id={id} />
      {mayWrite && <Reply {...props} services={services} code={fits === true ? code : null} />}
    </article>
  );
}

/** The code as it is now, while it is edited. */
function useCode(hands: CommentHands | null, thread: OwnThread): string | null {
  const subscribe = useCallback(
    (changed: () => void) => hands?.onChange(changed) ?? (() => {}),
    [hands],
  );
  return useSyncExternalStore(subscribe, () => hands?.codeOf(thread) ?? null);
}

type HeadProps = ThreadCardProps & { titleId: string; mayWrite: boolean };

function Head({ thread, threads, hands, withPath, titleId, mayWrite }: HeadProps) {
  const trans = useStrings();
  const { id, anchor, path, state, subscription, unread } = thread;
  const status = statusName(anchor.status, trans);
  const place = placeText(thread, trans);
  const isOpen = state === 'open';
  return (
    <header className="jrt-thread-head">
      <span id={titleId} className="jrt-thread-title">
        {hands ? (
          <button
            type="button"
            className="jrt-link jrt-thread-place"
            title={trans.__('Show in the document')}
            onClick={() => hands.open(thread)}
          >
            {withPath ? `${path} · ${place}` : place}
          </button>
        ) : withPath ? (
          `${path} · ${place}`
        ) : (
          place
        )}
        {status !== '' && <span className="jrt-tag jrt-tag-status">{status}</span>}
        {!isOpen && <span className="jrt-tag">{trans.__('Resolved')}</span>}
        {unread > 0 && (
          <span className="jrt-tag jrt-tag-new">{trans._n('%1 new', '%1 new', unread)}</span>
        )}
      </span>
      {!isPending(id) && <ThreadFollowing threads={threads} thread={id} value={subscription} />}
      {mayWrite && (
        <button
          type="button"
          className="jrt-button jrt-button-small"
          data-jrt-act={isOpen ? 'resolve' : 'reopen'}
          onClick={() => void (isOpen ? threads.resolve(id) : threads.reopen(id))}
        >
          {isOpen ? trans.__('Resolve') : trans.__('Reopen')}
        </button>
      )}
    </header>
  );
}

function Replacing({ thread, threads, hands }: ThreadCardProps) {
  const trans = useStrings();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div className="jrt-replacing">
      <button
        type="button"
        className="jrt-link"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        {trans.__('Find its place…')}
      </button>
      {isOpen && (
        <Candidates
          thread={thread}
          threads={threads}
          hands={hands}
          onPlaced={() => setIsOpen(false)}
        />
      )}
    </div>
  );
}

type ReplyProps = ThreadCardProps & {
  services: ReturnType<typeof useServices>;
  code: string | null;
};

function Reply({ thread, threads, services, code, autoFocus = false }: ReplyProps) {
  const trans = useStrings();
  const { id } = thread;
  return (
    <CommentEditor
      draft={`reply:${id}`}
      label={trans.__('Your answer')}
      placeholder={trans.__('Answer…')}
      send={trans.__('Comment')}
      services={services}
      code={code}
      autoFocus={autoFocus}
      stays
      onSend={(body, key) => threads.reply(id, body, key)}
    />
  );
}

/** What can be done while something is written about a document. */
export function useServices(threads: Threads, document: string) {
  const made = useRef<{ document: string; services: Services } | null>(null);
  if (made.current?.document !== document) {
    made.current = {
      document,
      services: {
        mentionable: (query, signal) => threads.mentionable(document, query, signal),
        preview: (body, signal) => threads.preview(document, body, signal),
      },
    };
  }
  return made.current.services;
}

type Services = Parameters<typeof CommentEditor>[0]['services'];

function Refused({ threads, id }: { threads: Threads; id: string }) {
  const trans = useStrings();
  const { refused } = useStore(threads.store);
  if (refused?.thread !== id) {
    return null;
  }
  return (
    <p className="jrt-note jrt-note-error" role="alert">
      {refusedText(refused.verb, errorText(refused.error, trans), trans)}{' '}
      <button type="button" className="jrt-link" onClick={refused.retry}>
        {trans.__('Retry')}
      </button>
    </p>
  );
}
