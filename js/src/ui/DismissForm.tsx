/** Why an issue is nothing to mend: a dismissal needs a reason, for those who come later. */

import { type FormEvent, useEffect, useRef, useState } from 'react';

import type { Issue } from '../core/protocol.js';
import { useStrings } from './translator.js';

interface Props {
  issue: Issue;
  onDismiss: (reason: string) => Promise<void>;
  onCancel: () => void;
}

const MAX_REASON_CHARACTERS = 500;

/** What was written and not sent; it survives a closed form, and a failure. */
const drafts = new Map<string, string>();

export function DismissForm({ issue, onDismiss, onCancel }: Props) {
  const trans = useStrings();
  const field = useRef<HTMLInputElement>(null);
  const [reason, setReason] = useState(drafts.get(issue.fingerprint) ?? '');
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => field.current?.focus(), []);
  const write = (text: string) => {
    setReason(text);
    drafts.set(issue.fingerprint, text);
  };
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === '') {
      setProblem(trans.__('Say why, in a few words.'));
      return;
    }
    setProblem(null);
    try {
      await onDismiss(reason.trim());
      drafts.delete(issue.fingerprint);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <form className="jrt-dismiss" onSubmit={event => void send(event)}>
      <input
        ref={field}
        className="jrt-search"
        value={reason}
        maxLength={MAX_REASON_CHARACTERS}
        placeholder={trans.__('Why is this fine?')}
        aria-label={trans.__('Reason of the dismissal')}
        onChange={event => write(event.currentTarget.value)}
      />
      <button type="submit" className="jrt-button jrt-button-small">
        {problem === null ? trans.__('Dismiss') : trans.__('Retry')}
      </button>
      <button type="button" className="jrt-button jrt-button-small" onClick={onCancel}>
        {trans.__('Cancel')}
      </button>
      {problem !== null && (
        <p className="jrt-note jrt-note-error" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
