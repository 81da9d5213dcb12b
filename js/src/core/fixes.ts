/**
 * Fixes as edits of a text: where they belong in a text that was changed since, and what they change.
 *
 * The text that was analysed is the witness. The lines that a fix touches, with a neighbour on each side,
 * must be found in the present text exactly once; otherwise the fix no longer belongs anywhere.
 */

import type { Fix, Issue } from './protocol.js';

export interface TextEdit {
  from: number;
  to: number;
  text: string;
}

export interface DiffLine {
  kind: 'same' | 'removed' | 'added';
  /** As in the present text for what is there, in the new text for what is added; from 1. */
  number: number;
  text: string;
}

type Range = Pick<Issue, 'line' | 'column' | 'end_line' | 'end_column'>;

const NEIGHBOURS_LINES = 1;

/** The offset, in UTF-16, of a place that counts code points from 1; null outside the text. */
export function offsetAt(lines: readonly string[], line: number, column: number): number | null {
  const text = lines[line - 1];
  if (text === undefined) {
    return null;
  }
  const before = Array.from(text)
    .slice(0, Math.max(0, column - 1))
    .join('').length;
  return lines.slice(0, line - 1).reduce((sum, it) => sum + it.length + 1, 0) + before;
}

/** By how many lines a place has moved from the text that was analysed; null: it is gone or ambiguous. */
export function shiftOf(analysed: string, now: string, first: number, last: number): number | null {
  if (analysed === now) {
    return 0;
  }
  const old = analysed.split('\n');
  const present = now.split('\n');
  for (const around of [NEIGHBOURS_LINES, 0]) {
    const begin = Math.max(0, first - 1 - around);
    const places = placesOf(old.slice(begin, Math.min(old.length, last + around)), present);
    if (places.length === 1 && places[0] !== undefined) {
      return places[0] - begin;
    }
    if (places.length > 1) {
      return null;
    }
  }
  return null;
}

function placesOf(quote: readonly string[], lines: readonly string[]): number[] {
  const found: number[] = [];
  for (let at = 0; at + quote.length <= lines.length; at += 1) {
    if (quote.every((line, offset) => line === lines[at + offset])) {
      found.push(at);
    }
  }
  return found;
}

/** Where an issue is in the present text; null where it is no more. */
export function rangeNow(
  analysed: string,
  now: string,
  range: Range,
): { from: number; to: number } | null {
  const shift = shiftOf(analysed, now, range.line, range.end_line);
  if (shift === null) {
    return null;
  }
  const lines = now.split('\n');
  const from = offsetAt(lines, range.line + shift, range.column);
  const to = offsetAt(lines, range.end_line + shift, range.end_column);
  return from === null || to === null ? null : { from, to: Math.max(from, to) };
}

/** The edits of a fix in the present text, the last first; null if it no longer fits. */
export function editsNow(analysed: string, now: string, fix: Fix): TextEdit[] | null {
  const first = Math.min(...fix.edits.map(edit => edit.line));
  const last = Math.max(...fix.edits.map(edit => edit.end_line));
  const old = analysed.split('\n');
  // An engine ends what it removes at the beginning of the line after the last one.
  const shift = shiftOf(analysed, now, first, Math.min(last, old.length));
  if (shift === null) {
    return null;
  }
  const lines = now.split('\n');
  const edits: TextEdit[] = [];
  for (const edit of fix.edits) {
    const from = offsetAt(lines, edit.line + shift, edit.column);
    const to = offsetAt(lines, edit.end_line + shift, edit.end_column) ?? endOf(edit, shift, lines);
    if (from === null || to === null || to < from) {
      return null;
    }
    edits.push({ from, to, text: edit.text });
  }
  return edits.sort((a, b) => b.from - a.from);
}

function endOf(edit: { end_line: number }, shift: number, lines: readonly string[]): number | null {
  const isAfterLast = edit.end_line + shift === lines.length + 1;
  return isAfterLast ? lines.join('\n').length : null;
}

export function applied(text: string, edits: readonly TextEdit[]): string {
  return edits.reduce(
    (now, edit) => now.slice(0, edit.from) + edit.text + now.slice(edit.to),
    text,
  );
}

/** The lines that differ between two texts, with a line around them. */
export function diffLines(before: string, after: string): DiffLine[] {
  const old = before.split('\n');
  const fresh = after.split('\n');
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) {
    head += 1;
  }
  let tail = 0;
  while (
    tail < Math.min(old.length, fresh.length) - head &&
    old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]
  ) {
    tail += 1;
  }
  const line = (kind: DiffLine['kind'], text: string, number: number): DiffLine => ({
    kind,
    number,
    text,
  });
  const part = (kind: DiffLine['kind'], lines: string[], from: number, to: number) =>
    lines.slice(from, to).map((text, at) => line(kind, text, from + at + 1));
  return [
    ...part('same', old, Math.max(0, head - 1), head),
    ...part('removed', old, head, old.length - tail),
    ...part('added', fresh, head, fresh.length - tail),
    ...part('same', fresh, fresh.length - tail, Math.min(fresh.length, fresh.length - tail + 1)),
  ];
}
