/** How a widget asks the page to open an issue's place: an event on the window. */

import type { ActivityItem } from '../core/activity.js';
import type { Notification } from '../core/notifications.js';
import type { Present } from '../core/present.js';
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

export const OPEN_NOTIFICATION = 'jupyter-realtime:open-notification';

/** Ask the page to lead to what a notification is about; says whether somebody took it. */
export function askToOpenNotification(notification: Notification): boolean {
  const detail = { notification };
  return !window.dispatchEvent(new CustomEvent(OPEN_NOTIFICATION, { detail, cancelable: true }));
}

export const SHOW_PREFERENCES_EVENT = 'jupyter-realtime:show-preferences';

/** Ask the page to show how one is told. */
export function askForPreferences(): void {
  window.dispatchEvent(new CustomEvent(SHOW_PREFERENCES_EVENT));
}

export const OPEN_THREAD = 'jupyter-realtime:open-thread';

/** Ask the page to lead to a thread of comments; says whether somebody took it. */
export function askToOpenThread(thread: string): boolean {
  const detail = { thread };
  return !window.dispatchEvent(new CustomEvent(OPEN_THREAD, { detail, cancelable: true }));
}

export const GO_TO_PERSON = 'jupyter-realtime:go-to-person';

/** Ask the page to show where somebody is; says whether somebody took it. */
export function askToGoTo(person: Present): boolean {
  const detail = { person };
  return !window.dispatchEvent(new CustomEvent(GO_TO_PERSON, { detail, cancelable: true }));
}

export const OPEN_ACTIVITY = 'jupyter-realtime:open-activity';

/** Ask the page to lead to what a line of activity is about; says whether somebody took it. */
export function askToOpenActivity(item: ActivityItem): boolean {
  const detail = { item };
  return !window.dispatchEvent(new CustomEvent(OPEN_ACTIVITY, { detail, cancelable: true }));
}
