/**
 * Comments that were begun and not sent: they outlive a closed card, a failure, a reload, and the browser.
 *
 * With the text stands the key by which it was sent, if it was: sent again it is never there twice.
 */

import { randomKey } from '../core/random.js';

const PREFIX = 'jupyter-realtime:comment:';
/** What nobody has gone on with for so long is forgotten. */
const KEPT_MS = 30 * 24 * 3600 * 1000;

interface Draft {
  text: string;
  key: string;
  at: number;
}

export function draftOf(name: string): string {
  return read(name)?.text ?? '';
}

/** The key by which a text is sent: the same for as long as the text is. */
export function draftKey(name: string, text: string): string {
  const known = read(name);
  return known?.text === text ? known.key : keepDraft(name, text);
}

/** Keep a text; an empty one is forgotten. Gives its key. */
export function keepDraft(name: string, text: string): string {
  const key = randomKey();
  try {
    if (text === '') {
      localStorage.removeItem(PREFIX + name);
    } else {
      localStorage.setItem(PREFIX + name, JSON.stringify({ text, key, at: Date.now() }));
    }
  } catch {
    // A browser that keeps nothing: the form itself still has the text.
  }
  return key;
}

/** Forget a text that was sent, unless somebody has gone on writing. */
export function dropDraft(name: string, text: string): void {
  if (read(name)?.text === text) {
    keepDraft(name, '');
  }
}

export function forgetOldDrafts(now = Date.now()): void {
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(PREFIX) && now - (read(name.slice(PREFIX.length))?.at ?? 0) > KEPT_MS) {
        localStorage.removeItem(name);
      }
    }
  } catch {
    // See above.
  }
}

function read(name: string): Draft | null {
  try {
    const found = localStorage.getItem(PREFIX + name);
    return found === null ? null : (JSON.parse(found) as Draft);
  } catch {
    return null;
  }
}
