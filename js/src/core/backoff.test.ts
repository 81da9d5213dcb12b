import { expect, test } from 'vitest';

import { Backoff, FIRST_WAIT_MS, LONGEST_WAIT_MS } from './backoff.js';

const waits = (backoff: Backoff, count: number) =>
  Array.from({ length: count }, () => backoff.next());

test('waits double from the first to the longest, with full jitter', () => {
  expect(waits(new Backoff(() => 1), 9)).toEqual([
    FIRST_WAIT_MS,
    500,
    1000,
    2000,
    4000,
    8000,
    16_000,
    LONGEST_WAIT_MS,
    LONGEST_WAIT_MS,
  ]);
  expect(waits(new Backoff(() => 0), 3)).toEqual([0, 0, 0]);
});

test('what the server asked for wins, spread a little', () => {
  expect(new Backoff(() => 0).next(7)).toBe(7000);
  expect(new Backoff(() => 1).next(0)).toBe(FIRST_WAIT_MS);
});

test('begins again after a good connection', () => {
  const backoff = new Backoff(() => 1);
  waits(backoff, 5);
  backoff.reset();
  expect(backoff.next()).toBe(FIRST_WAIT_MS);
});
