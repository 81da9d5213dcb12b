import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { type CellId, type Cursor, Cursors } from './cursors.js';
import type { StateEntry } from './protocol.js';
import type { RoomHandler } from './room.js';
import { ADA, pinned } from './testing.js';

const BO = { ...ADA, name: 'bo' };
let handler: RoomHandler;
let drawn: [CellId, readonly Cursor[]][];
let cursors: Cursors;

beforeEach(() => {
  vi.useFakeTimers();
  drawn = [];
  const subscribe = (_room: string, given: RoomHandler) => {
    handler = given;
    return () => {};
  };
  cursors = new Cursors(
    { subscribe } as never,
    'd',
    () => 'ada',
    (...all) => drawn.push(all),
  );
});

afterEach(() => vi.useRealTimers());

const frame = () => vi.advanceTimersByTime(300);

function at(key: string, cell: CellId, anchor: number | null, actor = BO): StateEntry {
  return { ...pinned('user:cursor', key, { cell, anchor, head: anchor }), actor } as StateEntry;
}

test('cursors stand in their cells, and only cells that changed are told of', () => {
  handler.onBoard?.([at('1/self', 'a', 3), at('2/self', 'b', 1)]);
  frame();
  expect(drawn.map(([cell, all]) => [cell, all.map(it => it.anchor)])).toEqual([
    ['a', [3]],
    ['b', [1]],
  ]);
  drawn = [];
  for (let anchor = 4; anchor < 20; anchor += 1) {
    handler.onState?.(at('1/self', 'a', anchor));
  }
  frame();
  // At once, and in the end.
  expect(drawn).toHaveLength(2);
  expect(cursors.of('a')).toMatchObject([{ key: '1/self', user: BO, anchor: 19, head: 19 }]);
});

test('who goes to another cell has left the first', () => {
  handler.onState?.(at('1/self', 'a', 3));
  frame();
  drawn = [];
  handler.onState?.(at('1/self', null, 4));
  frame();
  expect(drawn.map(([cell, all]) => [cell, all.length])).toEqual([
    ['a', 0],
    [null, 1],
  ]);
});

test('one’s own cursors in other tabs, and what has no place, are not shown', () => {
  handler.onBoard?.([at('1/self', 'a', 3, ADA), at('2/self', 'a', null)]);
  frame();
  expect(drawn).toEqual([]);
});

test('with the document its cursors go', () => {
  handler.onState?.(at('1/self', 'a', 3));
  frame();
  cursors.close();
  frame();
  expect(drawn.at(-1)).toEqual(['a', []]);
});
