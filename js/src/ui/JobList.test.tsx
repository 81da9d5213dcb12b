import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Job, JobsState } from '../core/jobs.js';
import { ADA } from '../core/testing.js';
import { JobList } from './JobList.js';
import { doneText, jobText, shareOf } from './job-words.js';
import { english } from './translator.js';

const makeJob = (more: Partial<Job> = {}): Job => ({
  id: 'j',
  name: 'train',
  done: 12,
  total: 40,
  unit: 'epochs',
  status: 'running',
  cancelling: false,
  eta_seconds: 130,
  message: null,
  started: '2026-11-23T12:00:00Z',
  room: 'project:p',
  key: 'c1/j',
  actor: { ...ADA, kind: 'program' },
  time: '2026-11-23T12:00:10Z',
  problem: null,
  ...more,
});

let place: HTMLElement;
let root: Root;
let store: StoreApi<JobsState>;
const onCancel = vi.fn();

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  onCancel.mockReset();
  store = createStore<JobsState>(() => ({ jobs: [] }));
  place = document.body.appendChild(document.createElement('div'));
  root = createRoot(place);
});

afterEach(() => {
  act(() => root.unmount());
  place.remove();
  vi.unstubAllGlobals();
});

function show(jobs: Job[], stale = false): void {
  act(() => {
    store.setState({ jobs });
    root.render(<JobList jobs={store} stale={stale} onCancel={onCancel} />);
  });
}

const card = (name = 'train') => place.querySelector<HTMLElement>(`[data-jrt-progress="${name}"]`);
const bar = () => place.querySelector('[role=progressbar]');
const button = () => place.querySelector<HTMLButtonElement>('[data-jrt-progress-cancel]');
const status = () => place.querySelector('[role=status]')?.textContent;

it('is not there where there are no jobs', () => {
  show([]);
  expect(place.innerHTML).toBe('');
});

it('is a feed of articles, each with its name and who does it', () => {
  show([makeJob(), makeJob({ id: 'k', name: 'index' })]);
  expect(place.querySelector('[role=feed]')?.getAttribute('aria-label')).toBe('Long jobs');
  expect(card()?.tabIndex).toBe(0);
  expect(card('index')?.getAttribute('aria-posinset')).toBe('2');
  expect(place.querySelector('.jrt-job-who')?.textContent).toBe('Ada');
  expect(place.querySelector('.jrt-job-who')?.getAttribute('title')).toMatch(
    /^A program of Ada, since .*2026/,
  );
});

describe('the bar', () => {
  it('gives its value in numbers and in words', () => {
    show([makeJob()]);
    expect(bar()?.getAttribute('aria-valuenow')).toBe('30');
    expect(bar()?.getAttribute('aria-valuetext')).toBe('12 of 40 epochs');
    expect(card()?.textContent).toContain('about 2 min left');
  });

  it('has no value where nobody knows of how much', () => {
    show([makeJob({ total: null, eta_seconds: null })]);
    expect(bar()?.hasAttribute('aria-valuenow')).toBe(false);
    expect(bar()?.getAttribute('aria-valuetext')).toBe('12 epochs');
  });
});

describe('the cancel button', () => {
  it('asks once, and says that it did', () => {
    show([makeJob()]);
    act(() => button()?.click());
    expect(onCancel).toHaveBeenCalledExactlyOnceWith(makeJob());
    show([makeJob({ cancelling: true })]);
    expect(button()?.textContent).toBe('Cancelling…');
    expect(button()?.getAttribute('aria-label')).toBe('Cancelling… train');
    expect(card()?.dataset.jrtState).toBe('cancelling');
    act(() => button()?.click());
    expect(onCancel).toHaveBeenCalledOnce();
  });

  it('says why it was refused', () => {
    show([makeJob({ problem: 'Viewers can’t do that.' })]);
    expect(button()?.textContent).toBe('Cancel');
    expect(place.querySelector('.jrt-note[role=alert]')?.textContent).toBe(
      'Not cancelled: Viewers can’t do that.',
    );
  });

  it('leaves the focus with the job when it goes', () => {
    show([makeJob()]);
    button()?.focus();
    show([makeJob({ status: 'cancelled' })]);
    expect(button()).toBeNull();
    expect(document.activeElement).toBe(card());
  });

  it('takes no focus that is elsewhere', () => {
    show([makeJob()]);
    show([makeJob({ status: 'succeeded' })]);
    expect(document.activeElement).toBe(document.body);
  });
});

describe('a screen reader', () => {
  it('is told of the quarters and of the end, if it saw them coming', () => {
    show([makeJob({ done: 1 })]);
    expect(status()).toBe('');
    show([makeJob({ done: 9 })]);
    expect(status()).toBe('');
    show([makeJob({ done: 10 })]);
    expect(status()).toBe('train: 25 percent');
    show([makeJob({ done: 40, status: 'succeeded' })]);
    expect(status()).toBe('train: Finished');
  });

  it('is alarmed by a failure only', () => {
    show([makeJob()]);
    show([makeJob({ status: 'failed', message: 'ValueError' })]);
    expect(place.querySelector('.jrt-hidden[role=alert]')?.textContent).toBe(
      'train: Failed: ValueError',
    );
  });
});

it('shows what the program says beside the bar, and how it ended in its place', () => {
  show([makeJob({ message: 'loss 0.3' })]);
  expect(place.querySelector('.jrt-job-message')?.textContent).toBe('loss 0.3');
  show([makeJob({ message: 'ValueError', status: 'failed' })]);
  expect(place.querySelector('.jrt-job-message')).toBeNull();
  expect(place.querySelector('.jrt-job-end')?.textContent).toBe('Failed: ValueError');
});

it('says that it may be out of date while offline', () => {
  show([makeJob()], true);
  expect(card()?.textContent).toContain('Offline');
});

it.each([
  [{}, 'Running'],
  [{ message: 'loss 0.3', cancelling: true }, 'Cancelling…'],
  [{ status: 'succeeded', message: 'loss 0.3' }, 'Finished'],
  [{ status: 'failed' }, 'Failed'],
  [{ status: 'cancelled' }, 'Cancelled'],
] as const)('%j is "%s"', (more, words) => {
  expect(jobText(makeJob(more), english)).toBe(words);
});

it.each([
  [{ done: 1234.5678, total: null, unit: '' }, '1,234.57'],
  [{ done: 1, total: 2, unit: '' }, '1 of 2'],
])('%j is done as "%s"', (more, words) => {
  expect(doneText(makeJob(more), english)).toBe(words);
});

it.each([
  [{ done: 5, total: 0 }, null],
  [{ done: 5, total: null }, null],
  [{ done: 50, total: 40 }, 1],
  [{ done: -1, total: 40 }, 0],
])('%j fills %s of the bar', (more, share) => {
  expect(shareOf(more)).toBe(share);
});
