/**
 * Dismissing an issue: it shows at once, and where it fails the issue is open again, with the form, the
 * text and the reason of the failure, even if it was closed meanwhile.
 */

import { useState } from 'react';

import type { Issue } from '../core/protocol.js';
import { triageKey } from '../core/triage.js';
import { draftOf, keepDraft } from './drafts.js';
import { errorText } from './error-words.js';
import type { IssueActions } from './issue-actions.js';
import { useStrings } from './translator.js';

export interface Dismissal {
  /** The issue that could not be dismissed, and why. */
  failed: { id: string; problem: string } | null;
  send(issue: Issue, reason: string): void;
  /** The person does not want to try again. */
  leave(): void;
}

export function useDismissal(actions: IssueActions | null, open: (id: string) => void): Dismissal {
  const trans = useStrings();
  const [failed, setFailed] = useState<Dismissal['failed']>(null);
  return {
    failed,
    leave: () => setFailed(null),
    send: (issue, reason) => {
      setFailed(null);
      actions?.dismiss(issue, reason).then(
        () => keepReason(issue, ''),
        (error: unknown) => {
          setFailed({ id: issue.id, problem: errorText(error, trans) });
          open(issue.id);
        },
      );
    },
  };
}

/** What was written of why an issue is fine, and was not sent. */
export const reasonDraft = (issue: Issue): string => draftOf(`dismiss ${triageKey(issue)}`);

export const keepReason = (issue: Issue, text: string): void =>
  keepDraft(`dismiss ${triageKey(issue)}`, text);
