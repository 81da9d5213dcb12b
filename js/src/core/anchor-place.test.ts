import { describe, expect, test } from 'vitest';

import { rangeIn } from './anchor-place.js';
import type { Anchor } from './protocol.js';

const anchor = (start: number | null, end: number | null, quote: string): Anchor => ({
  ...{ status: 'exact', score: 1, scope: 'range', cell_id: 'c', cell_index: 0 },
  ...{ start, end, quote, original: quote },
});

describe('where a thread stands', () => {
  test('is where the server says, counted in code points', () => {
    expect(rangeIn('s = "🎉"; x = 1', anchor(9, 14, 'x = 1'))).toEqual({ from: 10, to: 15 });
  });

  test('is where the same code is now, the nearest one', () => {
    expect(rangeIn('# new\nx = 1\n\n\n\nx = 1', anchor(0, 5, 'x = 1'))).toEqual({
      from: 6,
      to: 11,
    });
  });

  test('is not said where two are as near, or it is not there', () => {
    expect(rangeIn('a..a', anchor(0, 1, 'b'))).toBeNull();
    expect(rangeIn('xa.ax', anchor(2, 3, 'a'))).toBeNull();
    expect(rangeIn('x = 1', anchor(null, null, 'x = 1'))).toBeNull();
  });
});
