/**
 * How the mark of a thread moves with the text of its editor.
 *
 * While somebody types, it moves as CodeMirror maps it. Where its code was taken away and other text put in
 * its place — a formatter writes a cell anew, a file is reverted — it is looked for in what is there now;
 * and where it was deleted, when text comes back: by undo, by a paste.
 */

import type { ChangeSet, Text } from '@codemirror/state';

import type { TextRange } from '../core/anchor-place.js';
import { findRange, type KnownCode, knownRange } from '../core/anchors.js';

/** Of longer texts nothing is looked for while somebody waits for a key: the server does, on saving. */
const MAX_LENGTH = 20_000;

export interface Mapped extends TextRange {
  /** The code that was taken away from under the mark. */
  lost?: KnownCode;
}

interface Change {
  changes: ChangeSet;
  startState: { doc: Text };
  newDoc: Text;
}

export function mapped<Mark extends Mapped>(mark: Mark, change: Change): Mark {
  const { changes } = change;
  // What is typed at its edges is none of it.
  const from = changes.mapPos(mark.from, 1);
  const to = Math.max(from, changes.mapPos(mark.to, -1));
  const isTaken = mark.to > mark.from && to === from;
  const lost = isTaken ? codeBefore(mark, change) : mark.lost;
  const found = lost && isEnough(lost, changes) ? findRange(lost, textOf(change.newDoc)) : null;
  return found ? { ...mark, ...found, lost: undefined } : { ...mark, from, to, lost };
}

function codeBefore({ from, to }: TextRange, { startState: { doc } }: Change) {
  return doc.length > MAX_LENGTH ? undefined : knownRange(textOf(doc), from, to);
}

/** Whether so much has come that the code may be among it. */
function isEnough({ quote }: KnownCode, changes: ChangeSet): boolean {
  let inserted = 0;
  changes.iterChanges((_fromA, _toA, _fromB, _toB, text) => {
    inserted += text.length;
  });
  return inserted >= quote.length / 2 && changes.newLength <= MAX_LENGTH;
}

const textOf = (doc: Text): string => doc.sliceString(0, doc.length, '\n');
