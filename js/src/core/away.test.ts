import { beforeEach, expect, test } from 'vitest';

import { Away } from './away.js';

const SINCE = '2026-11-23T09:00:00.000Z';
let answers: Record<string, unknown>;
let asked: string[];
let away: Away;

beforeEach(() => {
  asked = [];
  answers = {
    d: { items: [{ id: 'a' }], next: null, since: SINCE },
    new: { items: [{ id: 'b' }], next: null, since: null },
    quiet: { items: [], next: null, since: SINCE },
  };
  away = new Away({
    rest: {
      get: async (path: string) => {
        const document = new URLSearchParams(path.split('?')[1]).get('document') ?? '';
        asked.push(document);
        const answer = answers[document];
        if (!answer) {
          throw new Error('No.');
        }
        return answer;
      },
    },
  } as never);
});

const missed = () => away.store.getState().missed?.items.map(({ id }) => id) ?? null;

test('what was missed is shown at its document, and asked for once', async () => {
  await away.comeTo('d');
  expect(missed()).toEqual(['a']);
  await away.comeTo('quiet');
  expect(missed()).toBeNull();
  await away.comeTo('d');
  expect(missed()).toEqual(['a']);
  expect(asked).toEqual(['d', 'quiet']);
});

test('what was seen is not shown again', async () => {
  await away.comeTo('d');
  away.seen();
  expect(missed()).toBeNull();
  await away.comeTo(null);
  await away.comeTo('d');
  expect(missed()).toBeNull();
});

test('who was never there has missed nothing', async () => {
  await away.comeTo('new');
  expect(missed()).toBeNull();
});

test('a late answer about another document shows nothing, and what failed is asked for again', async () => {
  const late = away.comeTo('d');
  await away.comeTo('gone');
  await late;
  expect(missed()).toBeNull();
  answers.gone = answers.d;
  await away.comeTo(null);
  await away.comeTo('gone');
  expect(missed()).toEqual(['a']);
});
