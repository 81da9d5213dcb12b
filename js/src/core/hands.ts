/** What can be done to the documents of issues: offered by JupyterLab, used by every view of the page. */

import type { DiffLine } from './fixes.js';
import type { Analysis, Issue } from './protocol.js';

export interface IssueHands {
  /** What a fix would change now; rejects, in words, if it no longer fits. */
  preview(issue: Issue, run: Analysis): Promise<DiffLine[]>;
  /** Apply a fix in the open document; gives how to undo it. */
  apply(issue: Issue, run: Analysis): Promise<() => Promise<void>>;
}
