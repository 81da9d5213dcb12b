import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Here, NOWHERE } from './here.js';

type Told = [room: string, event: string, key: string, data: unknown];
let told: Told[];
let here: Here;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  here = new Here({ setState: (...all: Told) => told.push(all) } as never);
});

afterEach(() => vi.useRealTimers());

const inA = { ...NOWHERE, project: 'p', document: 'd', cell: 'a' };
const last = () => told.at(-1);

test('a place is told at once, and what follows within a quarter of a second once', () => {
  here.moveTo(inA);
  expect(told).toEqual([
    [
      'project:p',
      'user:status',
      'self',
      { status: 'online', document: 'd', cell: 'a', mode: null, running: null },
    ],
  ]);
  here.moveTo({ ...inA, cell: 'b' });
  here.moveTo({ ...inA, cell: 'c', mode: 'edit' });
  expect(told).toHaveLength(1);
  vi.advanceTimersByTime(250);
  expect(told).toHaveLength(2);
  expect(last()?.[3]).toMatchObject({ cell: 'c', mode: 'edit' });
});

test('what is as it was is not told again', () => {
  here.moveTo(inA);
  vi.advanceTimersByTime(1000);
  here.moveTo({ ...inA });
  vi.advanceTimersByTime(1000);
  expect(told).toHaveLength(1);
});

test('who does nothing for five minutes is away, and back with a key', () => {
  here.moveTo(inA);
  vi.advanceTimersByTime(4 * 60_000);
  here.input();
  vi.advanceTimersByTime(4 * 60_000);
  expect(told).toHaveLength(1);
  vi.advanceTimersByTime(61_000);
  expect(last()?.[3]).toMatchObject({ status: 'away', cell: 'a' });
  here.input();
  expect(last()?.[3]).toMatchObject({ status: 'online' });
});

test('whoever goes to another project is in that one only', () => {
  here.moveTo(inA);
  vi.advanceTimersByTime(1000);
  here.moveTo({ ...NOWHERE, project: 'q' });
  expect(told.slice(1).map(([room, , , data]) => [room, data !== null])).toEqual([
    ['project:p', false],
    ['project:q', true],
  ]);
  vi.advanceTimersByTime(1000);
  here.moveTo(NOWHERE);
  expect(last()).toEqual(['project:q', 'user:status', 'self', null]);
});

test('a cursor goes out ten times a second at most, the last one in the end', () => {
  here.moveTo(inA);
  told = [];
  for (let at = 0; at < 100; at += 1) {
    here.pointAt(() => ({ cell: 'a', anchor: at, head: at }));
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(100);
  expect(told.length).toBeLessThanOrEqual(11);
  expect(last()).toEqual([
    'document:d',
    'user:cursor',
    'self',
    { cell: 'a', anchor: 99, head: 99 },
  ]);
});

test('a cursor goes with the document, and with whoever wants not to be seen', () => {
  here.moveTo(inA);
  here.pointAt(() => ({ cell: 'a', anchor: 1, head: 1 }));
  here.moveTo({ ...inA, document: 'e' });
  expect(told).toContainEqual(['document:d', 'user:cursor', 'self', null]);
  here.pointAt(() => ({ cell: 'a', anchor: 2, head: 2 }));
  vi.advanceTimersByTime(100);
  expect(last()?.[0]).toBe('document:e');
  here.invisible = true;
  expect(last()).toEqual(['document:e', 'user:cursor', 'self', null]);
  told = [];
  here.pointAt(() => ({ cell: 'a', anchor: 3, head: 3 }));
  vi.advanceTimersByTime(100);
  expect(told).toEqual([]);
});
