/** Anchors in the page, held to the vectors that the server's are held to as well. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { findCode, findRange, knownCode, knownRange } from './anchors.js';

interface Vector {
  title: string;
  before: string;
  start: number;
  end: number;
  after: string;
  status: string;
  score: number;
  found: [number, number] | null;
}

const vectors = JSON.parse(
  readFileSync('../tests/vectors/anchors.json', 'utf8'),
) as readonly Vector[];

describe('code is found as the server finds it', () => {
  test('there are vectors', () => expect(vectors.length).toBeGreaterThan(15));

  test.each(vectors)('$title', ({ before, start, end, after, status, score, found }) => {
    const place = findCode(knownCode(before, start, end), after);
    expect(place.status).toBe(status);
    expect(place.score).toBeCloseTo(score, 3);
    expect(place.start === null ? null : [place.start, place.end]).toEqual(found);
  });
});

describe('a range of an editor', () => {
  test('is found in units of a string', () => {
    const before = 's = "🎉"\nx = compute(s)';
    const after = '# 🎂🎂\ns = "🎉"\nx = compute(s)';
    const range = findRange(knownRange(before, 9, 23), after);
    expect(after.slice(range?.from, range?.to)).toBe('x = compute(s)');
  });

  test('is not guessed', () => {
    expect(findRange(knownRange('a = 1\nb = 2', 0, 5), 'import numpy')).toBeNull();
    expect(findRange(knownRange('a = 1', 2, 2), 'a = 1')).toBeNull();
  });
});
