/** When somebody is to be told: of a thread, or of all threads of a document. */

import { useEffect, useState } from 'react';

import type { Following, Threads } from '../core/threads.js';
import { useAttempt } from './attempt.js';
import { Problem } from './Problem.js';
import { type Strings, useStrings } from './translator.js';

const FOLLOWING: readonly Following[] = ['participating', 'all', 'muted'];

interface Props {
  label: string;
  value: Following;
  /** How each is called. */
  words: (following: Following, trans: Strings) => string;
  disabled?: boolean;
  onChange: (following: Following) => void;
}

function FollowingChoice({ label, value, words, disabled = false, onChange }: Props) {
  const trans = useStrings();
  return (
    <select
      className="jrt-follow"
      aria-label={label}
      title={label}
      value={value}
      disabled={disabled}
      onChange={event => onChange(event.currentTarget.value as Following)}
    >
      {FOLLOWING.map(one => (
        <option key={one} value={one}>
          {words(one, trans)}
        </option>
      ))}
    </select>
  );
}

interface ThreadProps {
  threads: Threads;
  thread: string;
  value: Following;
}

export function ThreadFollowing({ threads, thread, value }: ThreadProps) {
  const trans = useStrings();
  return (
    <FollowingChoice
      label={trans.__('When to tell me of this thread')}
      value={value}
      words={ofThread}
      onChange={one => void threads.subscribe(thread, one)}
    />
  );
}

interface DocumentProps {
  threads: Threads;
  document: string;
  /** Whether the server answers. */
  online: boolean;
}

/** For the threads of a document that have no word of their own. */
export function DocumentFollowing({ threads, document, online }: DocumentProps) {
  const trans = useStrings();
  const [following, setFollowing] = useState<Following | null>(null);
  const { attempt, pending, problem } = useAttempt();
  useEffect(() => {
    let isGone = false;
    if (online) {
      // Until it is known, it can't be changed: the next connection asks again.
      threads.followed(document).then(
        one => isGone || setFollowing(one),
        () => {},
      );
    }
    return () => {
      isGone = true;
    };
  }, [threads, document, online]);
  const change = async (wanted: Following) => {
    setFollowing(wanted);
    if (!(await attempt(() => threads.subscribeDocument(document, wanted)))) {
      setFollowing(following);
    }
  };
  return (
    <>
      <FollowingChoice
        label={trans.__('When to tell me of the threads of this document')}
        value={following ?? 'participating'}
        words={ofDocument}
        disabled={following === null || pending}
        onChange={wanted => void change(wanted)}
      />
      <Problem words={problem} />
    </>
  );
}

function ofThread(following: Following, trans: Strings): string {
  switch (following) {
    case 'participating':
      return trans.__('If I take part');
    case 'all':
      return trans.__('Always');
    case 'muted':
      return trans.__('Never');
  }
}

function ofDocument(following: Following, trans: Strings): string {
  switch (following) {
    case 'participating':
      return trans.__('Tell me if I take part');
    case 'all':
      return trans.__('Tell me of all');
    case 'muted':
      return trans.__('Tell me of none');
  }
}
