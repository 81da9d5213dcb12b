/** One comment of a thread: who, when, what, and what can be done about it. */

import { type ReactNode, useRef, useState } from 'react';

import type { Comment } from '../core/protocol.js';
import { isMe, isPending } from '../core/threads.js';
import { Avatar } from './Avatar.js';
import { CommentEditor, type EditorServices } from './CommentEditor.js';
import { CommentIcon } from './comment-icons.js';
import { Markdown } from './Markdown.js';
import { ReactionChoice, Reactions } from './Reactions.js';
import { RelativeTime } from './RelativeTime.js';
import { absoluteTime } from './time.js';
import { useStrings } from './translator.js';

interface Props {
  comment: Comment;
  me: string | null;
  /** Whether this page's person may write here. */
  mayWrite: boolean;
  /** Whether they may take away what others wrote. */
  mayModerate: boolean;
  /** Whether it was deleted here, a moment ago. */
  restorable: boolean;
  services: EditorServices;
  code: string | null;
  suggestion: (text: string, comment: Comment) => ReactNode;
  onEdit: (body: string) => Promise<void>;
  onDelete: () => void;
  onRestore: () => void;
  onReact: (emoji: string, on: boolean) => void;
}

export function CommentRow(props: Props) {
  const { comment, me, mayWrite, restorable, onReact, onRestore } = props;
  const trans = useStrings();
  const row = useRef<HTMLLIElement>(null);
  const [isEdited, setIsEdited] = useState(false);
  const { author, body, created_at, edited_at, deleted, id, reactions } = comment;
  const isSending = isPending(id);
  const stop = () => {
    setIsEdited(false);
    requestAnimationFrame(() =>
      row.current?.querySelector<HTMLElement>('[data-jrt-act="edit"]')?.focus(),
    );
  };
  return (
    <li
      ref={row}
      className="jrt-comment"
      data-jrt-comment={id}
      data-jrt-sending={isSending}
      data-jrt-deleted={deleted}
    >
      <Avatar of={author} />
      <div className="jrt-comment-head">
        <span className="jrt-comment-author" title={author.name}>
          {author.display_name}
        </span>
        {author.kind === 'program' && <span className="jrt-tag">{trans.__('program')}</span>}
        {author.via === 'server' && <span className="jrt-tag">{trans.__('visitor')}</span>}
        {isSending ? (
          <span className="jrt-time">{trans.__('Sending…')}</span>
        ) : (
          <RelativeTime iso={created_at} />
        )}
        {edited_at !== null && !deleted && (
          <span className="jrt-comment-edited" title={absoluteTime(Date.parse(edited_at))}>
            {trans.__('edited')}
          </span>
        )}
        {!deleted && !isSending && !isEdited && mayWrite && (
          <Acts {...props} onStartEdit={() => setIsEdited(true)} />
        )}
      </div>
      <div className="jrt-comment-body">
        {deleted ? (
          <p className="jrt-tombstone">
            {trans.__('This comment was deleted.')}{' '}
            {restorable && (
              <button type="button" className="jrt-link" onClick={onRestore}>
                {trans.__('Undo')}
              </button>
            )}
          </p>
        ) : isEdited ? (
          <CommentEditor
            draft={`edit:${id}`}
            initial={body}
            label={trans.__('Edit the comment')}
            placeholder=""
            send={trans.__('Save')}
            services={props.services}
            code={props.code}
            autoFocus
            onSend={next => (next === body ? Promise.resolve() : props.onEdit(next))}
            onDone={stop}
            onCancel={stop}
          />
        ) : (
          <Body {...props} />
        )}
        {!deleted && (
          <Reactions reactions={reactions} me={me} onReact={mayWrite ? onReact : null} />
        )}
      </div>
    </li>
  );
}

/** Until the server has made it safe and beautiful, it is shown as it was written. */
function Body({ comment, suggestion }: Props) {
  return comment.html === '' ? (
    <p className="jrt-plain">{comment.body}</p>
  ) : (
    <Markdown html={comment.html} suggestion={text => suggestion(text, comment)} />
  );
}

function Acts(props: Props & { onStartEdit: () => void }) {
  const { comment, me, mayModerate, onDelete, onReact, onStartEdit } = props;
  const trans = useStrings();
  const isMine = isMe(comment.author, me);
  const hasReacted = (emoji: string) =>
    comment.reactions.some(one => one.emoji === emoji && one.users.some(({ name }) => name === me));
  return (
    <span className="jrt-comment-acts">
      <ReactionChoice onChoose={emoji => onReact(emoji, !hasReacted(emoji))} />
      {isMine && (
        <button
          type="button"
          className="jrt-icon-button"
          data-jrt-act="edit"
          aria-label={trans.__('Edit')}
          title={trans.__('Edit')}
          onClick={onStartEdit}
        >
          <CommentIcon name="pencil" />
        </button>
      )}
      {(isMine || mayModerate) && (
        <button
          type="button"
          className="jrt-icon-button"
          data-jrt-act="delete"
          aria-label={trans.__('Delete')}
          title={trans.__('Delete')}
          onClick={onDelete}
        >
          <CommentIcon name="trash" />
        </button>
      )}
    </span>
  );
}
