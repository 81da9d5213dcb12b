/** Pushes in this browser: one picture for all plugins of the page. */

import type { ServerConnection } from '@jupyterlab/services';

import { Push } from '../core/push.js';
import { connect, prefixOf } from './connect.js';

let made: Push | null = null;

export function pushHere(settings: ServerConnection.ISettings): Push {
  made ??= new Push(connect(settings).rest, prefixOf(settings));
  return made;
}
