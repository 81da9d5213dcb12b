import { expect, test, vi } from 'vitest';

import { Catalogue } from './catalogue.js';

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
