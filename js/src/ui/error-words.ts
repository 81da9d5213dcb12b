/** What went wrong, in words for people. */

import type { Strings } from './translator.js';

export function errorText(error: unknown, trans: Strings): string {
  // By its name: a widget's bundle has classes of its own, and the page's connection has others.
  if (error instanceof Error && error.name === 'Unreachable') {
    return trans.__('The server can’t be reached. Try again once it answers.');
  }
  return error instanceof Error ? error.message : String(error);
}
