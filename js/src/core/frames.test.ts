import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { nextFrame } from './frames.js';

describe('the next frame', () => {
  let frames: (() => void)[] = [];
  beforeEach(() => {
    vi.useFakeTimers();
    frames = [];
    vi.stubGlobal('requestAnimationFrame', (act: () => void) => frames.push(act));
    vi.stubGlobal('cancelAnimationFrame', (frame: number) => {
      frames[frame - 1] = () => {};
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  test('is waited for, once', () => {
    const act = vi.fn();
    nextFrame(act);
    expect(act).not.toHaveBeenCalled();
    frames[0]?.();
    vi.advanceTimersByTime(1000);
    expect(act).toHaveBeenCalledTimes(1);
  });

  test('that does not come, as in a tab that was hidden meanwhile, is made up for, once', () => {
    const act = vi.fn();
    nextFrame(act);
    vi.advanceTimersByTime(1000);
    expect(act).toHaveBeenCalledTimes(1);
    frames[0]?.();
    expect(act).toHaveBeenCalledTimes(1);
  });

  test('is not asked for in a hidden tab', () => {
    vi.stubGlobal('document', { hidden: true });
    const act = vi.fn();
    nextFrame(act);
    expect(frames).toHaveLength(0);
    vi.advanceTimersByTime(16);
    expect(act).toHaveBeenCalledTimes(1);
  });
});
