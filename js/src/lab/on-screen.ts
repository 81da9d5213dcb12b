/** What a person sees and does at this moment: then some things needn't, or shouldn't, pop up. */

import type { JupyterFrontEnd } from '@jupyterlab/application';

import type { Notification } from '../core/notifications.js';

const SAVED_MILLISECONDS = 120_000;
const savedAt = new Map<string, number>();

/** A file was analysed because it was saved: nobody has asked, so that nobody waits for the end. */
export function noteSaved(path: string): void {
  savedAt.set(path, Date.now());
}

export function isOnScreen(notification: Notification): boolean {
  const { category, thread } = notification;
  if (thread !== null) {
    return isThreadInSight(thread);
  }
  const isOfRun = category === 'analysis' || category === 'issues';
  return isOfRun && (isAnalysisInSight() || isOfSaving(notification));
}

function isOfSaving({ type, category, action_url }: Notification): boolean {
  const path = action_url === null ? null : treePath(action_url);
  const at = path === null ? undefined : savedAt.get(path);
  const isQuiet = category === 'analysis' && type === 'success';
  return isQuiet && at !== undefined && Date.now() - at < SAVED_MILLISECONDS;
}

/** The path in an address of JupyterLab's or Notebook 7's pages. */
export function treePath(url: string): string | null {
  const found = /^[^?#]*?\/(?:lab\/tree|notebooks|tree|edit)\/([^?#]+)/.exec(url);
  return found?.[1] === undefined ? null : decodeURIComponent(found[1]);
}

/** Whether the analysis panel is open, or a widget with an analysis is in sight. */
function isAnalysisInSight(): boolean {
  const places = document.querySelectorAll<HTMLElement>(
    '[data-jrt-panel], .jrt-widget [data-jrt-run]',
  );
  return Array.from(places).some(isVisible);
}

/** Whether a thread is open before somebody, beside its code, in the panel or in a widget. */
function isThreadInSight(thread: string): boolean {
  const cards = document.querySelectorAll(`[data-jrt-thread="${CSS.escape(thread)}"]`);
  return Array.from(cards).some(isVisible);
}

function isVisible(place: Element): boolean {
  const { top, bottom, width } = place.getBoundingClientRect();
  return width > 0 && bottom > 0 && top < window.innerHeight;
}

/** Whether somebody presents, or holds a program in the debugger. */
export function isBusy(app: JupyterFrontEnd): boolean {
  const { presentationMode } = app.shell as { presentationMode?: boolean };
  const isDebugging = document.body.dataset.jpDebuggerStoppedThreads === 'true';
  return presentationMode === true || isDebugging || document.fullscreenElement !== null;
}
