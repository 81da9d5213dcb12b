/** What a person can do about an issue, as the views see it. */

import { useMemo } from 'react';

import type { CommentHands } from '../core/comment-hands.js';
import type { DiffLine } from '../core/fixes.js';
import type { IssueHands } from '../core/hands.js';
import { pageCommentHands, pageHands } from '../core/page.js';
import type { Analysis, Issue } from '../core/protocol.js';
import { NO_TRIAGE, statusNow, type Triage, triageKey } from '../core/triage.js';
import { useStore } from './hooks.js';
import type { StatusOf } from './issue-rows.js';

export interface IssueActions {
  statusOf: StatusOf;
  /** Whether the person may decide, as far as is known. */
  canDecide: boolean;
  /** Why it was dismissed, or null. */
  reasonOf(issue: Issue): string | null;
  dismiss(issue: Issue, reason: string): Promise<void>;
  restore(issue: Issue): Promise<void>;
  /** What its fix would change; null where no document can be changed from here. */
  preview: ((issue: Issue) => Promise<DiffLine[]>) | null;
  apply: (issue: Issue) => Promise<() => Promise<void>>;
  /** Begin a thread about it; null where no document can be opened from here. */
  comment: ((issue: Issue) => Promise<void>) | null;
  /** What an issue's rule means, in a few sentences; null where nobody can be asked. */
  about: ((issue: Issue) => Promise<string | null>) | null;
}

interface Parts extends Pick<IssueActions, 'about'> {
  triage: Triage | null;
}

/** The actions for the issues of a run; null without a server that keeps decisions. */
export function useIssueActions(parts: Parts, run: Analysis): IssueActions | null {
  const { triage, about } = parts;
  const state = useStore(triage?.store ?? NOTHING);
  const decided = state.projects[run.project] ?? NO_TRIAGE;
  const { id } = run;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run's figures change, its place does not.
  return useMemo(
    () =>
      triage === null
        ? null
        : { ...actionsOf(triage, run, decided, pageHands(), pageCommentHands()), about },
    [triage, id, decided],
  );
}

const EMPTY = { projects: {} };
const NOTHING = {
  getState: () => EMPTY,
  getInitialState: () => EMPTY,
  setState: () => {},
  subscribe: () => () => {},
} as Triage['store'];

function actionsOf(
  triage: Triage,
  run: Analysis,
  decided: typeof NO_TRIAGE,
  hands: IssueHands | null,
  comments: CommentHands | null,
): Omit<IssueActions, 'about'> {
  return {
    canDecide: decided.mayDecide,
    statusOf: issue => statusNow(issue, decided),
    reasonOf: issue => decided.dismissals[triageKey(issue)]?.reason ?? null,
    dismiss: (issue, reason) => triage.dismiss(run.project, issue, reason),
    restore: issue => triage.restore(run.project, issue),
    comment: decided.mayDecide ? comments && (issue => comments.commentOn(issue, run)) : null,
    preview: hands && (issue => hands.preview(issue, run)),
    apply: async issue => {
      if (hands === null) {
        throw new Error('No document can be changed from here.');
      }
      return hands.apply(issue, run);
    },
  };
}
