/** Leads to what a line of activity is about. */

import type { JupyterFrontEnd } from '@jupyterlab/application';

import type { ActivityItem } from '../core/activity.js';
import { askToOpenThread } from '../ui/open-event.js';
import { CommandIds } from './commands.js';
import type { Front } from './front.js';

const OPEN_PATH = 'filebrowser:open-path';
const SHOW_NOTIFICATIONS = 'jupyter-realtime:show-notifications';

/** How to get there; null where there is nothing any more, or never was. */
export function activityTarget(
  app: JupyterFrontEnd,
  front: Front,
  item: ActivityItem,
): (() => void) | null {
  const { kind, verb, object, target, project } = item;
  const file = () => openFile(app, front, project, object.path ?? target?.path ?? null);
  switch (kind) {
    case 'analysis':
      return () => void app.commands.execute(CommandIds.show);
    case 'announcement':
      return () => void app.commands.execute(SHOW_NOTIFICATIONS);
    case 'comment':
      return object.thread
        ? () => void (askToOpenThread(object.thread ?? '') || file()?.())
        : file();
    case 'file':
      return verb === 'deleted' ? null : file();
    default:
      return file();
  }
}

function openFile(
  app: JupyterFrontEnd,
  front: Front,
  project: string | null,
  path: string | null,
): (() => void) | null {
  if (project === null || path === null || path === '') {
    return null;
  }
  return async () => {
    const file = await front.pathOf({ project, path });
    await app.commands.execute(OPEN_PATH, { path: file, dontShowBrowser: true });
  };
}
