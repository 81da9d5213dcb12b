import { describe, expect, it } from 'vitest';

import { etaText, laneText, progressText, stateText } from './progress-words.js';
import { makeLane, makeRun } from './testing.js';
import { english } from './translator.js';

describe('the estimate', () => {
  it.each([
    [null, ''],
    [0, 'less than 10 s'],
    [9.9, 'less than 10 s'],
    [10, 'about 10 s left'],
    [41, 'about 50 s left'],
    [55, 'about 1 min left'],
    [118, 'about 2 min left'],
    [7200, 'about 2 h left'],
  ])('of %s seconds is "%s"', (seconds, words) => {
    expect(etaText(seconds, 0, english)).toBe(words);
  });

  it('is withdrawn where the bar has stood for longer than it promised', () => {
    expect(etaText(5, 14_000, english)).toBe('less than 10 s');
    expect(etaText(5, 15_000, english)).toBe('taking longer than usual');
    expect(etaText(60, 59_000, english)).toBe('about 1 min left');
    expect(etaText(60, 60_000, english)).toBe('taking longer than usual');
    expect(etaText(null, 15_000, english)).toBe('taking longer than usual');
  });
});

describe('progress for those who do not see the bar', () => {
  it('counts files, and only files', () => {
    const phases = makeLane({ name: 'types', unit: 'phases', done: 3, total: 10 });
    const run = makeRun({ detectors: [makeLane(), phases] });
    expect(progressText(run, english)).toBe('12 of 40 files');
  });

  it('says how many files there are, however many detectors read each of them', () => {
    const other = makeLane({ name: 'security', done: 28, total: 40 });
    const notebooks = makeLane({ name: 'notebook', done: 4, total: 8 });
    expect(progressText(makeRun({ detectors: [makeLane(), other, notebooks] }), english)).toBe(
      '20 of 40 files',
    );
    const done = makeLane({ name: 'x', state: 'running', done: 41, total: 40 });
    expect(progressText(makeRun({ detectors: [done] }), english)).toBe('40 of 40 files');
  });

  it('is a share where there are no files to count', () => {
    expect(progressText(makeRun({ detectors: [], progress: 0.423 }), english)).toBe('42 %');
  });
});

describe('states', () => {
  it('name what failed in a partial run', () => {
    const detectors = [
      makeLane({ name: 'types', state: 'failed' }),
      makeLane({ name: 'security', state: 'failed' }),
      makeLane({ state: 'succeeded' }),
    ];
    const words = stateText(makeRun({ state: 'partial', detectors }), english);
    expect(words).toBe('Finished with gaps: types and security failed');
  });

  it('give the reason of a failure', () => {
    const run = makeRun({ state: 'failed', error: 'server stopped' });
    expect(stateText(run, english)).toBe('Failed: server stopped');
  });
});

describe('lanes', () => {
  it.each([
    [makeLane({ state: 'queued' }), 'queued'],
    [makeLane(), '12 of 40 files'],
    [makeLane({ done: 0, total: 0 }), 'starting'],
    [makeLane({ unit: 'phases', done: 3, total: 10 }), 'step 4 of 10'],
    [makeLane({ unit: 'phases', done: 10, total: 10 }), 'step 10 of 10'],
    [makeLane({ state: 'succeeded', issues: 1 }), '1 issue'],
    [makeLane({ state: 'not_applicable' }), 'not applicable'],
  ])('%#', (lane, words) => {
    expect(laneText(lane, english)).toBe(words);
  });
});
