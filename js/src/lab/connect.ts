/** The page's connection to the server that JupyterLab speaks to. */

import type { ServerConnection } from '@jupyterlab/services';

import type { Connection } from '../core/connection.js';
import { pageConnection } from '../core/page.js';

export function connect(settings: ServerConnection.ISettings): Connection {
  return pageConnection({ prefix: prefixOf(settings), token: () => settings.token || null });
}

/** The absolute address of our routes. */
export function prefixOf(settings: ServerConnection.ISettings): string {
  return new URL('realtime/', new URL(settings.baseUrl, window.location.href)).href;
}
