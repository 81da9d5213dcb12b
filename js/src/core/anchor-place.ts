/**
 * Where a thread stands in a text that is being edited.
 *
 * The server says where it stands in the file as it was saved; the text before the person may be another one.
 * Nothing is guessed here: where the code isn't there word by word, the thread stands at its cell as a whole.
 */

import { unitsOf } from './code-points.js';
import type { Anchor } from './protocol.js';

/** In units of a string of JavaScript. */
export interface TextRange {
  from: number;
  to: number;
}

export function rangeIn(text: string, anchor: Anchor): TextRange | null {
  const { scope, start, end, quote } = anchor;
  if (scope !== 'range' || start === null || end === null || quote === '') {
    return null;
  }
  const from = unitsOf(text, start);
  if (text.startsWith(quote, from)) {
    return { from, to: from + quote.length };
  }
  const at = nearest(text, quote, from);
  return at === null ? null : { from: at, to: at + quote.length };
}

/** The occurrence that is nearest to where it was; null: there is none, or two are as near. */
function nearest(text: string, quote: string, from: number): number | null {
  const before = text.lastIndexOf(quote, from);
  const after = text.indexOf(quote, from);
  if (before < 0 || after < 0) {
    return before < 0 ? (after < 0 ? null : after) : before;
  }
  const [up, down] = [from - before, after - from];
  return up === down ? null : up < down ? before : after;
}
