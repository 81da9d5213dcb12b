import { expect, test, vi } from 'vitest';

import { Catalogue } from './catalogue.js';
import { RestError } from './rest.js';

const DETECTOR = { name: 'secrets', title: 'Secrets', description: 'Keys and passwords.' };

test('is asked for once, however many want to know', async () => {
  const get = vi.fn(async () => ({ items: [DETECTOR] }));
  const catalogue = new Catalogue({ rest: { get } } as never);
  expect(await Promise.all([catalogue.about('secrets'), catalogue.about('own')])).toEqual([
    DETECTOR,
    null,
  ]);
  expect(get).toHaveBeenCalledExactlyOnceWith('detectors');
});

test('is asked for again where there was no answer', async () => {
  const get = vi.fn(async () => ({ items: [DETECTOR] }));
  get.mockRejectedValueOnce(new Error('No answer.'));
  const catalogue = new Catalogue({ rest: { get } } as never);
  expect(await catalogue.about('secrets')).toBeNull();
  expect(await catalogue.about('secrets')).toEqual(DETECTOR);
});

const RULE = { detector: 'secrets', rule: 'password' };

test('a rule is explained in its own words, asked for once', async () => {
  const get = vi.fn(async () => ({ text: 'Change it.' }));
  const catalogue = new Catalogue({ rest: { get } } as never);
  expect(await catalogue.explain(RULE)).toBe('Change it.');
  expect(await catalogue.explain(RULE)).toBe('Change it.');
  expect(get).toHaveBeenCalledExactlyOnceWith('detectors/secrets/rules/password');
});

test('a rule that nobody explains is told by what its detector looks for', async () => {
  const get = vi.fn(async (path: string) => {
    if (path !== 'detectors') {
      throw new RestError(404, {
        code: 'not_found',
        message: '',
        retryable: false,
        retry_after: null,
      });
    }
    return { items: [DETECTOR] };
  });
  const catalogue = new Catalogue({ rest: { get } } as never);
  expect(await catalogue.explain(RULE)).toBe('Keys and passwords.');
  await catalogue.explain(RULE);
  expect(get).toHaveBeenCalledTimes(2);
});
