import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { RelativeTime } from './RelativeTime.js';
import { ClockAheadProvider } from './time.js';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-23T12:00:00Z') });
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it.each([
  [0, '5 minutes ago'],
  [120_000, '7 minutes ago'],
  [-240_000, '1 minute ago'],
])('C7: counts by the clock of the server, which is ahead by %i ms', (ahead, words) => {
  const place = document.createElement('div');
  const root = createRoot(place);
  act(() =>
    root.render(
      <ClockAheadProvider value={ahead}>
        <RelativeTime iso="2026-11-23T11:55:00Z" />
      </ClockAheadProvider>,
    ),
  );
  expect(place.textContent).toBe(words);
  act(() => root.unmount());
});

it('says the whole time on hover, and on focus', () => {
  const place = document.createElement('div');
  const root = createRoot(place);
  act(() => root.render(<RelativeTime iso="2026-11-23T11:55:00Z" />));
  const time = place.querySelector('time');
  expect(time?.title).toContain('2026');
  expect(time?.dataset.tip).toBe(time?.title);
  expect(time?.tabIndex).toBe(0);
  act(() => root.render(<RelativeTime iso="2026-11-23T11:55:00Z" nested />));
  expect(place.querySelector('time')?.hasAttribute('tabindex')).toBe(false);
  act(() => root.unmount());
});
