/** Issues that a widget asks to open: it knows nothing of JupyterLab, and says so on the window. */

import type { ActivityItem } from '../core/activity.js';
import type { Notification } from '../core/notifications.js';
import type { Present } from '../core/present.js';
import type { Analysis, Issue } from '../core/protocol.js';
import {
  GO_TO_PERSON,
  OPEN_ACTIVITY,
  OPEN_ISSUE,
  OPEN_NOTIFICATION,
  OPEN_THREAD,
  type OpenIssueDetail,
} from '../ui/open-event.js';

export function onOpenIssue(open: (issue: Issue, run: Analysis) => void): void {
  window.addEventListener(OPEN_ISSUE, event => {
    const { run, issue } = (event as CustomEvent<OpenIssueDetail>).detail;
    // So that the sender knows that somebody listens.
    event.preventDefault();
    open(issue, run);
  });
}

/** The same for notifications. */
export function onOpenNotification(open: (notification: Notification) => void): void {
  window.addEventListener(OPEN_NOTIFICATION, event => {
    event.preventDefault();
    open((event as CustomEvent<{ notification: Notification }>).detail.notification);
  });
}

/** And for people, and what they have done. */
export function onOpenTeam(
  go: (person: Present) => void,
  open: (item: ActivityItem) => void,
): void {
  window.addEventListener(GO_TO_PERSON, event => {
    event.preventDefault();
    go((event as CustomEvent<{ person: Present }>).detail.person);
  });
  window.addEventListener(OPEN_ACTIVITY, event => {
    event.preventDefault();
    open((event as CustomEvent<{ item: ActivityItem }>).detail.item);
  });
}

/** And for threads of comments. */
export function onOpenThread(open: (thread: string) => void): void {
  window.addEventListener(OPEN_THREAD, event => {
    event.preventDefault();
    open((event as CustomEvent<{ thread: string }>).detail.thread);
  });
}
