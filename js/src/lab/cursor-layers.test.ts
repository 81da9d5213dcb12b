// @vitest-environment jsdom
import { EditorState } from '@codemirror/state';
import { expect, test } from 'vitest';

import type { Cursor } from '../core/cursors.js';
import { BOB } from '../core/testing.js';
import { cursorsIn, placed } from './cursor-layers.js';

const cursor = (anchor: number, head: number): Cursor => ({
  ...{ key: '1/self', user: BOB, cell: 'c', anchor, head },
});

/** An editor in which others have these cursors. */
function withCursors(doc: string, ...cursors: Cursor[]): EditorState {
  const state = EditorState.create({ doc, extensions: cursorsIn });
  return state.update({ effects: placed.of(cursors) }).state;
}

const standing = (state: EditorState) =>
  state.field(cursorsIn).map(({ anchor, head }) => [anchor, head]);

test('cursors are told in code points and stand in units of the text', () => {
  expect(standing(withCursors('🎉 = 1', cursor(1, 5)))).toEqual([[2, 6]]);
});

test('X2: they move along with what is typed here, until the next word about them', () => {
  const state = withCursors('a = 1\nb = 2', cursor(6, 11));
  const typed = state.update({ changes: { from: 0, insert: '# here\n' } }).state;
  expect(standing(typed)).toEqual([[13, 18]]);
  const cut = typed.update({ changes: { from: 0, to: 15 } }).state;
  expect(standing(cut)).toEqual([[0, 3]]);
  expect(standing(cut.update({ effects: placed.of([cursor(1, 1)]) }).state)).toEqual([[1, 1]]);
});

test('what is typed at the ends of a selection is none of it, and a cursor stays one', () => {
  const state = withCursors('ab', cursor(0, 2), cursor(2, 0), cursor(1, 1));
  const changes = [0, 1, 2].map(from => ({ from, insert: '_' }));
  const typed = state.update({ changes }).state;
  expect(standing(typed)).toEqual([
    [1, 4],
    [4, 1],
    [3, 3],
  ]);
});

test('one that is behind the end of the text stands at its end', () => {
  expect(standing(withCursors('a', cursor(5, 9)))).toEqual([[1, 1]]);
});

test('where nobody is nothing is made anew', () => {
  const state = withCursors('a');
  const typed = state.update({ changes: { from: 0, insert: 'b' } }).state;
  expect(typed.field(cursorsIn)).toBe(state.field(cursorsIn));
});
