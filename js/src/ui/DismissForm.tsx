/** Why an issue is nothing to mend: a dismissal needs a reason, for those who come later. */

import { type FormEvent, useEffect, useRef, useState } from 'react';

import type { Issue } from '../core/protocol.js';
import { keepReason, reasonDraft } from './dismissal.js';
import { Problem } from './Problem.js';
import { useStrings } from './translator.js';

interface Props {
  issue: Issue;
  /** Why the last attempt failed, or null. */
  failed: string | null;
  onDismiss: (reason: string) => void;
  onCancel: () => void;
}

const MAX_REASON_CHARACTERS = 500;

export function DismissForm({ issue, failed, onDismiss, onCancel }: Props) {
  const trans = useStrings();
  const field = useRef<HTMLInputElement>(null);
  const [reason, setReason] = useState(() => reasonDraft(issue));
  const [isEmpty, setIsEmpty] = useState(false);
  useEffect(() => field.current?.focus(), []);
  const write = (text: string) => {
    setReason(text);
    setIsEmpty(false);
    keepReason(issue, text);
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === '') {
      setIsEmpty(true);
      field.current?.focus();
    } else {
      onDismiss(reason.trim());
    }
  };
  return (
    <form className="jrt-dismiss" onSubmit={send}>
      <input
        ref={field}
        className="jrt-search"
        value={reason}
        maxLength={MAX_REASON_CHARACTERS}
        placeholder={trans.__('Why is this fine?')}
        aria-label={trans.__('Reason of the dismissal')}
        aria-invalid={isEmpty}
        onChange={event => write(event.currentTarget.value)}
      />
      <button type="submit" className="jrt-button jrt-button-small">
        {failed === null ? trans.__('Dismiss') : trans.__('Retry')}
      </button>
      <button type="button" className="jrt-button jrt-button-small" onClick={onCancel}>
        {trans.__('Cancel')}
      </button>
      <Problem words={isEmpty ? trans.__('Say why, in a few words.') : failed} />
    </form>
  );
}
