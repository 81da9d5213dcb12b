/** Leads to what a notification is about: in this page where it can show it, else in a tab of its own. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';

import type { Notification } from '../core/notifications.js';
import { askToOpenThread } from '../ui/open-event.js';
import { CommandIds } from './commands.js';
import { treePath } from './on-screen.js';

const OPEN_PATH = 'filebrowser:open-path';

export function openTarget(app: JupyterFrontEnd, notification: Notification): void {
  const { action_url: url, category, thread } = notification;
  if (thread !== null && askToOpenThread(thread)) {
    return;
  }
  if (category === 'analysis' || category === 'issues') {
    void app.commands.execute(CommandIds.show);
  }
  if (url === null || isThisPage(url)) {
    return;
  }
  const path = isOurs(url) ? treePath(url) : null;
  if (path !== null && app.commands.hasCommand(OPEN_PATH)) {
    void app.commands.execute(OPEN_PATH, { path, dontShowBrowser: true });
  } else {
    window.open(addressOf(url), '_blank', 'noopener');
  }
}

const isOurs = (url: string): boolean => url.startsWith('/');
const isThisPage = (url: string): boolean => /^\/lab\/?$/.test(url);

/** Paths are from the root of the Jupyter server, which may be anywhere below its host's. */
function addressOf(url: string): string {
  const base = PageConfig.getBaseUrl();
  if (!isOurs(url) || url.startsWith(new URL(base, window.location.href).pathname)) {
    return url;
  }
  return URLExt.join(base, url);
}
