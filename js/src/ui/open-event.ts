/** How a widget asks the page to open an issue's place: an event on the window. */

import type { Analysis, Issue } from '../core/protocol.js';

export const OPEN_ISSUE = 'jupyter-realtime:open-issue';

export interface OpenIssueDetail {
  run: Analysis;
  issue: Issue;
}

/** Ask; says whether somebody took it. */
export function askToOpen(run: Analysis, issue: Issue): boolean {
  const detail: OpenIssueDetail = { run, issue };
  return !window.dispatchEvent(new CustomEvent(OPEN_ISSUE, { detail, cancelable: true }));
}
