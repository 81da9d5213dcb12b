/** A thread in a list: what it is about, how it began, and how far it has come. */

import { memo } from 'react';

import type { OwnThread } from '../core/threads.js';
import { Avatar } from './Avatar.js';
import { Icon } from './icons.js';
import { RelativeTime } from './RelativeTime.js';
import { firstLine, placeText, statusName } from './thread-words.js';
import { useStrings } from './translator.js';

interface Props {
  thread: OwnThread;
  withPath: boolean;
}

export const ThreadRow = memo(function ThreadRow({ thread, withPath }: Props) {
  const trans = useStrings();
  const { anchor, comments, path, state, unread, updated_at } = thread;
  const [first] = comments;
  const answers = comments.length - 1;
  const status = statusName(anchor.status, trans);
  const place = placeText(thread, trans);
  return (
    <>
      <span className="jrt-row-place">
        {withPath ? `${path} · ${place}` : place}
        {status !== '' && <span className="jrt-tag jrt-tag-status">{status}</span>}
        {state === 'resolved' && (
          <span className="jrt-row-resolved" title={trans.__('Resolved')}>
            <Icon name="check" />
          </span>
        )}
        {unread > 0 && <span className="jrt-row-dot" title={trans.__('Unread')} />}
      </span>
      {anchor.scope !== 'document' && anchor.original !== '' && (
        <code className="jrt-row-code">{firstLine(anchor.original)}</code>
      )}
      {first && (
        <span className="jrt-row-first">
          <Avatar of={first.author} />
          <span className="jrt-row-text">
            <strong>{first.author.display_name}</strong>{' '}
            {first.deleted ? trans.__('(deleted)') : firstLine(first.body)}
          </span>
        </span>
      )}
      <span className="jrt-row-foot">
        {answers > 0 && `${trans._n('%1 answer', '%1 answers', answers)} · `}
        <RelativeTime iso={updated_at} nested />
      </span>
    </>
  );
});

export function spokenThread(thread: OwnThread, trans: ReturnType<typeof useStrings>): string {
  const { anchor, comments, state, unread } = thread;
  const [first] = comments;
  const answers = comments.length - 1;
  return [
    unread > 0 ? trans.__('Unread') : '',
    placeText(thread, trans),
    statusName(anchor.status, trans),
    state === 'resolved' ? trans.__('Resolved') : '',
    first ? `${first.author.display_name}: ${firstLine(first.body)}` : '',
    answers > 0 ? trans._n('%1 answer', '%1 answers', answers) : '',
  ]
    .filter(words => words !== '')
    .join(', ');
}
