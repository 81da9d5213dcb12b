import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { RunView } from '../core/analyses.js';
import type { Analysis } from '../core/protocol.js';
import { Unreachable } from '../core/rest.js';
import { milestoneOf } from './announce.js';
import { Connected } from './Connected.js';
import { type RunActions, RunCard, titleOf } from './RunCard.js';
import { makeRun, NO_ISSUES } from './testing.js';
import { clockTime } from './time.js';
import { english } from './translator.js';

let place: HTMLElement;
let root: Root;

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  place = document.body.appendChild(document.createElement('div'));
  root = createRoot(place);
});

afterEach(() => {
  act(() => root.unmount());
  place.remove();
  vi.unstubAllGlobals();
});

const actions = (over: Partial<RunActions> = {}): RunActions => ({
  cancel: () => Promise.resolve(),
  dismiss: () => {},
  again: () => Promise.resolve(),
  openIssue: null,
  retry: null,
  triage: null,
  about: null,
  keepBaseline: null,
  ...over,
});

function show(run: Analysis, over: Partial<RunActions> = {}, view: Partial<RunView> = {}): void {
  const whole = { analysis: run, issues: [], complete: true, stale: false, error: null, ...view };
  act(() => root.render(<RunCard view={whole} actions={actions(over)} open={null} />));
}

const bar = () => place.querySelector('[role=progressbar]');
const button = (label: string) =>
  place.querySelector<HTMLButtonElement>(`button[aria-label="${label}"]`);
const state = () => place.querySelector<HTMLElement>('[data-jrt-run=r1]')?.dataset.jrtState;

describe('the bar', () => {
  it('gives its value in numbers and in words', () => {
    show(makeRun({ progress: 0.309 }));
    expect(bar()?.getAttribute('aria-valuenow')).toBe('30');
    expect(bar()?.getAttribute('aria-valuetext')).toBe('12 of 40 files');
  });

  it.each([
    [-1, '0'],
    [2, '100'],
  ])('keeps %s within its ends', (progress, value) => {
    show(makeRun({ progress }));
    expect(bar()?.getAttribute('aria-valuenow')).toBe(value);
  });
});

describe('cancelling', () => {
  it('shows at once, before the server knows of it', () => {
    const cancel = vi.fn(() => new Promise<void>(() => {}));
    show(makeRun(), { cancel });
    act(() => button('Cancel')?.click());
    expect(state()).toBe('cancelling');
    expect(place.textContent).toContain('Cancelling…');
    act(() => button('Cancel')?.click());
    expect(cancel).toHaveBeenCalledOnce();
  });

  it('is taken back if it could not be asked for', async () => {
    show(makeRun(), { cancel: () => Promise.reject(new Error('No answer.')) });
    await act(async () => button('Cancel')?.click());
    expect(state()).toBe('running');
    expect(place.querySelector('[role=alert].jrt-note')?.textContent).toBe('No answer.');
  });
});

describe('the end', () => {
  it('offers to run again and to dismiss', async () => {
    const again = vi.fn(() => Promise.resolve());
    const dismiss = vi.fn();
    const run = makeRun({ state: 'succeeded', progress: 1 });
    show(run, { again, dismiss });
    expect(button('Cancel')).toBeNull();
    await act(async () => button('Run again')?.click());
    act(() => button('Dismiss')?.click());
    expect(again).toHaveBeenCalledExactlyOnceWith(run);
    expect(dismiss).toHaveBeenCalledExactlyOnceWith('r1');
  });

  it('is told to screen readers, if it was seen coming', () => {
    show(makeRun());
    expect(place.querySelector('[role=status]')?.textContent).toBe('');
    show(makeRun({ state: 'succeeded', progress: 1 }));
    expect(place.querySelector('[role=status]')?.textContent).toBe(
      'Analysis of The project: Finished, 0 issues',
    );
  });

  it('by failure is an alert', () => {
    show(makeRun());
    show(makeRun({ state: 'failed', error: 'server stopped' }));
    expect(place.querySelector('.jrt-hidden[role=alert]')?.textContent).toContain('server stopped');
  });

  it('that lies in the past is no news', () => {
    show(makeRun({ state: 'failed', error: 'server stopped' }));
    expect(place.querySelector('.jrt-hidden[role=alert]')?.textContent).toBe('');
  });
});

it('says since when it may be out of date, in the place of the estimate', () => {
  const since = Date.parse('2026-11-23T12:00:00Z');
  const view = { analysis: makeRun({ eta_seconds: 5 }), issues: [], complete: true, error: null };
  const card = (stale: boolean) => (
    <Connected state={{ status: stale ? 'offline' : 'online', since, clockAhead: 0 }}>
      <RunCard view={{ ...view, stale }} actions={actions()} open={null} />
    </Connected>
  );
  act(() => root.render(card(false)));
  expect(place.querySelector('.jrt-eta')?.textContent).toBe('less than 10 s');
  act(() => root.render(card(true)));
  expect(place.querySelector('.jrt-eta')?.textContent).toBe(`Offline since ${clockTime(since)}`);
});

it('forgets a failure when the connection is back', async () => {
  const over = { cancel: () => Promise.reject(new Unreachable(null)) };
  show(makeRun(), over, { stale: true });
  await act(async () => button('Cancel')?.click());
  expect(place.querySelector('[role=alert].jrt-note')?.textContent).toContain('can’t be reached');
  show(makeRun(), over);
  expect(place.querySelector('[role=alert].jrt-note')).toBeNull();
});

describe('folded', () => {
  const folded = (run: Analysis, open = false) => {
    const view = { analysis: run, issues: [], complete: true, stale: false, error: null };
    act(() => root.render(<RunCard view={view} actions={actions()} open={open} />));
  };
  const counts = { ...NO_ISSUES, high: 2 };

  it('a run that succeeded is only what it found', () => {
    folded(makeRun({ state: 'succeeded', progress: 1, finished: '2026-11-23T12:00:00Z', counts }));
    expect(bar()).toBeNull();
    expect(place.querySelector('.jrt-counts')?.textContent).toBe('2High');
    expect(place.querySelector('time')).not.toBeNull();
  });

  it('a run that failed says so', () => {
    folded(makeRun({ state: 'failed', error: 'The disk is full' }));
    expect(bar()).not.toBeNull();
    expect(place.textContent).toContain('The disk is full');
    expect(place.querySelector('.jrt-counts')).toBeNull();
  });

  it('lanes are at first where the run was over when it came, and never by themselves', () => {
    const lanes = () => place.querySelector('.jrt-lanes-toggle')?.getAttribute('aria-expanded');
    folded(makeRun(), true);
    expect(lanes()).toBe('true');
    folded(makeRun({ state: 'succeeded', progress: 1 }), true);
    expect(lanes()).toBe('true');
    act(() => root.unmount());
    root = createRoot(place);
    folded(makeRun({ state: 'succeeded', progress: 1 }), true);
    expect(lanes()).toBe('false');
    act(() => place.querySelector<HTMLElement>('.jrt-lanes-toggle')?.click());
    expect(lanes()).toBe('true');
  });
});

it('counts milestones in quarters', () => {
  const at = (progress: number) => milestoneOf({ state: 'running', progress });
  expect([0, 0.24, 0.25, 0.5, 0.99, 1].map(at)).toEqual(['start', 'start', '25', '50', '75', '75']);
  expect(milestoneOf({ state: 'queued', progress: 0 })).toBeNull();
  expect(milestoneOf({ state: 'partial', progress: 1 })).toBe('done');
});

it.each([
  [[], 'The project'],
  [[''], 'The project'],
  [['.'], 'The project'],
  [['notebooks/eda.ipynb'], 'eda.ipynb'],
  [['notebooks/'], 'notebooks'],
  [['a', 'b'], '2 paths'],
])('calls %j "%s"', (paths, title) => {
  expect(titleOf(paths, english)).toBe(title);
});
