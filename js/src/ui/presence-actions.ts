/** What can be done with people that are shown; whoever shows them says how. */

import type { Present } from '../core/present.js';
import type { Where } from './presence-words.js';

export interface PresenceActions {
  /** Where somebody is; asked for each time that it is drawn. */
  where: (person: Present) => Where | null;
  /** Go there; null: this page can't. */
  go: ((person: Present) => void) | null;
  /** Go with somebody from now on, or no more; null: this page can't. */
  follow: ((person: Present) => void) | null;
  /** Whom this page follows. */
  following: string | null;
}
