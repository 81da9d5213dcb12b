import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { RunView } from '../core/analyses.js';
import type { Analysis } from '../core/protocol.js';
import { Announcer } from './announce.js';
import { Returning } from './Returning.js';
import { makeRun, NO_ISSUES } from './testing.js';

let place: HTMLElement;
let root: Root;

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.useFakeTimers();
  place = document.body.appendChild(document.createElement('div'));
  root = createRoot(place);
});

afterEach(() => {
  act(() => root.unmount());
  place.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function show(status: 'online' | 'offline', all: Analysis[]): void {
  const views = all.map((analysis): [string, RunView] => [
    analysis.id,
    { analysis, issues: [], complete: true, stale: false, error: null },
  ]);
  act(() =>
    root.render(
      <Returning state={{ status }} runs={Object.fromEntries(views)}>
        {all.map(run => (
          <Announcer key={run.id} run={run} title={run.id} />
        ))}
      </Returning>,
    ),
  );
}

/** Everything that a screen reader is told now. */
const told = () =>
  [...place.querySelectorAll('[role=status], [role=alert]')]
    .map(it => it.textContent)
    .filter(Boolean);

const over = { state: 'succeeded', progress: 1, counts: { ...NO_ISSUES, high: 3 } } as const;

it('sums up what ended while the page was offline, and the cards keep silent', () => {
  const runs = ['a', 'b', 'c'].map(id => makeRun({ id, progress: 0 }));
  const [a, b, c] = runs as [Analysis, Analysis, Analysis];
  show('online', runs);
  act(() => void vi.advanceTimersByTime(2000));
  show('offline', runs);
  show('online', [{ ...a, ...over }, { ...b, ...over }, c]);
  expect(told()).toEqual([]);
  act(() => void vi.advanceTimersByTime(2000));
  expect(told()).toEqual(['Connected again. 2 analyses ended, 6 issues.']);
  show('online', [
    { ...a, ...over },
    { ...b, ...over },
    { ...c, ...over },
  ]);
  expect(told()).toContain('Analysis of c: Finished, 3 issues');
});

it('says nothing of a first connection', () => {
  show('offline', []);
  show('online', [makeRun({ id: 'a', ...over })]);
  act(() => void vi.advanceTimersByTime(2000));
  expect(told()).toEqual([]);
});
