import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Present } from '../core/present.js';
import { ADA } from '../core/testing.js';
import { PeopleList } from './PeopleList.js';
import { PresenceBar } from './PresenceBar.js';
import type { PresenceActions } from './presence-actions.js';
import { doingText, durationText, statusText } from './presence-words.js';
import { english } from './translator.js';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
let place: HTMLElement;
let root: Root;
let gone: string[];

const someone = (name: string, more: Partial<Present> = {}): Present => ({
  user: { ...ADA, name, display_name: name.toUpperCase() },
  status: 'online',
  project: 'p',
  document: 'd',
  path: 'sub/eda.ipynb',
  cell: 'c',
  mode: 'command',
  running: null,
  since: '2026-11-23T11:00:00.000Z',
  last_seen: null,
  sessions: 1,
  ...more,
});

const actions: PresenceActions = {
  where: ({ path, running }) => (path === null ? null : { path, cell: 3, runs: running && 12 }),
  go: person => gone.push(person.user.name),
  follow: null,
  following: null,
};

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  gone = [];
  place = document.body.appendChild(document.createElement('div'));
  root = createRoot(place);
});

afterEach(() => {
  act(() => root.unmount());
  place.remove();
  vi.unstubAllGlobals();
});

test('more people than there is room for are one button, which takes the place of a face', () => {
  const people = ['a', 'b', 'c', 'd', 'e', 'f'].map(name => someone(name));
  const more = vi.fn();
  act(() => root.render(<PresenceBar people={people} most={4} actions={actions} onMore={more} />));
  expect(place.querySelectorAll('[data-jrt-person]')).toHaveLength(3);
  const button = place.querySelector<HTMLElement>('.jrt-people-more');
  expect(button?.textContent).toBe('+3');
  expect(button?.title).toBe('D\nE\nF');
  act(() => button?.click());
  expect(more).toHaveBeenCalledOnce();
});

test('a face says who it is and what they do, and leads there', () => {
  const people = [someone('a'), someone('b', { path: null })];
  act(() => root.render(<PresenceBar people={people} most={4} actions={actions} onMore={null} />));
  const [one, other] = place.querySelectorAll<HTMLElement>('[data-jrt-person]');
  expect(one?.getAttribute('aria-label')).toMatch(
    /^A, Online, there since .*, In eda.ipynb, cell 3$/,
  );
  act(() => one?.click());
  act(() => other?.click());
  expect(gone).toEqual(['a']);
  expect(other?.getAttribute('aria-disabled')).toBe('true');
});

test('who has gone is folded away', () => {
  const people = [someone('a'), someone('b', { status: 'offline', last_seen: null })];
  act(() => root.render(<PeopleList people={people} actions={actions} />));
  expect(place.querySelectorAll('li')).toHaveLength(1);
  act(() => place.querySelector<HTMLElement>('.jrt-people-left')?.click());
  expect(place.querySelectorAll('li')).toHaveLength(2);
  expect(place.textContent).toContain('Offline');
});

test('five hundred people are listed a hundred at a time', () => {
  const people = Array.from({ length: 500 }, (_, number) => someone(`p${number}`));
  act(() => root.render(<PeopleList people={people} actions={actions} />));
  expect(place.querySelectorAll('li')).toHaveLength(100);
  act(() => place.querySelector<HTMLElement>('.jrt-people-rest')?.click());
  expect(place.querySelectorAll('li')).toHaveLength(200);
});

test.each<[Partial<Present>, string]>([
  [{}, 'In eda.ipynb, cell 3'],
  [{ mode: 'edit' }, 'Editing cell 3 of eda.ipynb'],
  [
    { running: { cell: 'c', since: '2026-11-23T11:56:00.000Z' } },
    'Running cell 12 of eda.ipynb (4 min)',
  ],
  [{ status: 'offline' }, ''],
])('what they do is said in words: %j', (more, words) => {
  const person = someone('a', more);
  expect(doingText(person, actions.where(person), NOW, english)).toBe(words);
});

test('where a cell has no number here, its document is said', () => {
  const where = { path: 'eda.ipynb', cell: null, runs: null };
  expect(doingText(someone('a', { mode: 'edit' }), where, NOW, english)).toBe('Editing eda.ipynb');
  const running = { cell: null, since: '2026-11-23T11:59:40.000Z' };
  expect(doingText(someone('a', { running }), where, NOW, english)).toBe(
    'Running a cell of eda.ipynb (less than a minute)',
  );
});

test('how they are is said with since when', () => {
  const last_seen = '2026-11-23T10:00:00.000Z';
  expect(statusText(someone('a', { status: 'offline', last_seen }), NOW, english)).toBe(
    'Last seen 2 hours ago',
  );
  expect(statusText(someone('a', { status: 'away', since: null }), NOW, english)).toBe('Away');
  expect(durationText(3 * 3_600_000 + 5 * 60_000, english)).toBe('3 h 5 min');
});
