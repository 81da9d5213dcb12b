/** What can be done to the code of threads: offered by JupyterLab, used by every view of the page. */

import type { Analysis, Issue } from './protocol.js';
import type { OwnThread } from './thread-rows.js';
import type { Place } from './threads.js';

export interface CommentHands {
  /** Be told when open documents come, go or change. */
  onChange(listener: () => void): () => void;
  /** Lead to the code of a thread. */
  open(thread: OwnThread): void;
  /** Begin a thread about an issue, beside its code. */
  commentOn(issue: Issue, run: Analysis): Promise<void>;
  /** The code at which a thread stands now, if its document is open and it is there; else null. */
  codeOf(thread: OwnThread): string | null;
  /** Put something in the place of a thread's code; rejects, in words, where that has changed. */
  apply(thread: OwnThread, text: string): Promise<void>;
  /** What is selected now in a thread's document; null: nothing, or it is not open in front. */
  selection(thread: OwnThread): Place | null;
  /** The cell or the file in which a candidate stands, as it is now; null: it is gone, or not open. */
  sourceOf(thread: OwnThread, cell: string | null): string | null;
}
