import { expect, test } from 'vitest';

import type { ActivityItem, ActivityObject } from '../core/activity.js';
import { ADA } from '../core/testing.js';
import { plain, sentence } from './activity-words.js';
import { english } from './translator.js';

const thing = (kind: string, name: string): ActivityObject => ({ kind, id: name, name });
const DOCUMENT = thing('document', 'eda.ipynb');

const item = (more: Partial<ActivityItem>): ActivityItem => ({
  id: 'a',
  time: '2026-11-23T10:00:00.000Z',
  actor: ADA,
  kind: 'file',
  verb: 'saved',
  object: DOCUMENT,
  target: null,
  project: 'p',
  count: 1,
  ...more,
});

const comment = { kind: 'comment', object: thing('comment', ''), target: DOCUMENT } as const;

test.each<[Partial<ActivityItem>, string]>([
  [{}, 'Ada saved eda.ipynb'],
  [{ count: 3 }, 'Ada saved eda.ipynb 3 times'],
  [{ verb: 'renamed', target: thing('file', 'old.ipynb') }, 'Ada renamed old.ipynb to eda.ipynb'],
  [{ ...comment, verb: 'edited', count: 4 }, 'Ada edited 4 comments in eda.ipynb'],
  [{ ...comment, verb: 'resolved' }, 'Ada resolved a thread in eda.ipynb'],
  [{ kind: 'analysis', verb: 'completed', count: 2 }, 'Ada ran 2 analyses, of eda.ipynb last'],
  [{ kind: 'kernel', verb: 'started', object: thing('kernel', '') }, 'Ada started a kernel'],
  [
    {
      kind: 'member',
      verb: 'changed',
      object: thing('member', 'bo'),
      target: thing('role', 'viewer'),
    },
    'Ada gave bo the role “viewer”',
  ],
  [{ kind: 'issue', verb: 'set', object: thing('baseline', 'v1') }, 'Ada set the baseline “v1”'],
  [{ actor: { ...ADA, kind: 'program' } }, 'Ada (program) saved eda.ipynb'],
  [{ verb: 'blessed' }, 'Ada blessed eda.ipynb'],
  [{ kind: 'weather' as never, verb: 'made' }, 'Ada made eda.ipynb'],
])('%j', (more, words) => {
  expect(plain(sentence(item(more), english))).toBe(words);
});

test('names are pieces of their own, whatever they look like', () => {
  const odd = { ...ADA, display_name: '%2 \ue001' };
  expect(sentence(item({ actor: odd }), english)).toEqual([
    { part: 'actor', words: '%2 \ue001' },
    ' saved ',
    { part: 'object', words: 'eda.ipynb' },
  ]);
});
