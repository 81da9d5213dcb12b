import { describe, expect, test } from 'vitest';

import type { DetectorState } from './protocol.js';
import { isOver, laterLane, laterRun } from './run-merge.js';
import { analysis } from './testing.js';

const NONE = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };

function lane(more: Partial<DetectorState> = {}): DetectorState {
  const start = { done: 0, total: 10, unit: 'files', issues: 0, error: null };
  return { name: 'types', state: 'running', ...start, ...more };
}

describe('a run', () => {
  test.each(['cancelled', 'succeeded', 'partial', 'failed'] as const)(
    'that is %s is over',
    state => {
      const over = analysis('r', { state, progress: 1 });
      expect(isOver(over)).toBe(true);
      expect(laterRun(over, analysis('r', { progress: 0.5 }))).toBe(over);
    },
  );

  test('never loses progress, issues or its estimate to an older report', () => {
    const old = analysis('r', { progress: 0.6, eta_seconds: 3, counts: { ...NONE, high: 2 } });
    const merged = laterRun(
      old,
      analysis('r', { state: 'queued', progress: 0.1, eta_seconds: 30 }),
    );
    expect(merged).toEqual(old);
  });

  test('takes every figure of a newer report', () => {
    const fresh = analysis('r', { progress: 0.7, eta_seconds: null, counts: { ...NONE, low: 1 } });
    expect(laterRun(analysis('r', { progress: 0.6, eta_seconds: 9 }), fresh)).toEqual(fresh);
  });

  test('that fails half-way keeps how far it came', () => {
    const failed = laterRun(analysis('r', { progress: 0.6 }), analysis('r', { state: 'failed' }));
    expect(failed).toMatchObject({ state: 'failed', progress: 0.6, eta_seconds: null });
  });

  test('keeps its lanes where a report has none, and lanes go forward only', () => {
    const old = analysis('r', { detectors: [lane({ done: 5 })] });
    expect(laterRun(old, analysis('r')).detectors).toEqual(old.detectors);
    const behind = analysis('r', { detectors: [lane({ done: 2 }), lane({ name: 'security' })] });
    expect(laterRun(old, behind).detectors).toEqual([
      lane({ done: 5 }),
      lane({ name: 'security' }),
    ]);
  });
});

describe('a lane', () => {
  test('goes from queued to running to done, and not back', () => {
    const [queued, running, done] = [
      lane({ state: 'queued' }),
      lane(),
      lane({ state: 'failed', error: 'It crashed.' }),
    ];
    expect(laterLane(queued, running)).toBe(running);
    expect(laterLane(running, done)).toBe(done);
    expect(laterLane(done, running)).toBe(done);
    expect(laterLane(running, queued)).toBe(running);
  });

  test('never counts fewer issues', () => {
    expect(laterLane(lane({ done: 3, issues: 4 }), lane({ done: 4, issues: 2 }))).toEqual(
      lane({ done: 4, issues: 4 }),
    );
  });
});
