/** The page's connection to the server that JupyterLab speaks to. */

import type { ServerConnection } from '@jupyterlab/services';

import type { Connection } from '../core/connection.js';
import { pageConnection } from '../core/page.js';

export function connect(settings: ServerConnection.ISettings): Connection {
  const base = new URL(settings.baseUrl, window.location.href);
  const prefix = new URL('realtime/', base).href;
  return pageConnection({ prefix, token: () => settings.token || null });
}
