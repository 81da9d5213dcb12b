import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { ActivityItem } from '../core/activity.js';
import { createConnectionStore } from '../core/connection-state.js';
import type { RoomHandler } from '../core/room-handler.js';
import { ADA, BOB, logged } from '../core/testing.js';
import { ActivityFeed } from './ActivityFeed.js';

let root: Root;
let page: HTMLElement;
let handler: RoomHandler;
let items: ActivityItem[];
let asked: URLSearchParams[];
let fails: boolean;
let connection: ReturnType<typeof createConnectionStore>;
const opened = vi.fn((_id: string) => {});

const line = (number: number, more: Partial<ActivityItem> = {}): ActivityItem => ({
  ...{ id: `a${number}`, actor: BOB, kind: 'file', verb: 'saved', target: null, count: 1 },
  time: new Date(Date.UTC(2026, 10, 23, 10, 0, number)).toISOString(),
  object: { kind: 'document', id: `d${number}`, name: `${number}.ipynb`, path: `${number}.ipynb` },
  project: 'p',
  ...more,
});

async function get(path: string): Promise<unknown> {
  if (fails) {
    throw new Error('No.');
  }
  const query = new URLSearchParams(path.split('?')[1]);
  asked.push(query);
  const kind = query.get('kind');
  return { items: items.filter(it => kind === null || it.kind === kind), next: null };
}

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.stubGlobal('CSS', { escape: (text: string) => text });
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 23, 12) });
  Element.prototype.scrollIntoView = () => {};
  Element.prototype.scrollTo = () => {};
  opened.mockClear();
  [items, asked, fails] = [[line(2), line(1)], [], false];
  connection = createConnectionStore();
  connection.setState({ status: 'online', user: ADA });
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
});

afterEach(() => {
  act(() => root.unmount());
  page.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const wired = {
  rest: { get },
  subscribe: (_room: string, given: RoomHandler) => {
    handler = given;
    return () => {};
  },
};

const settle = () => act(() => vi.advanceTimersByTimeAsync(1200));

async function show(): Promise<void> {
  act(() =>
    root.render(
      <ActivityFeed
        connection={wired as never}
        state={connection.getState()}
        project="p"
        people={[ADA, BOB]}
        open={({ id }) => (id === 'a1' ? null : () => opened(id))}
      />,
    ),
  );
  act(() => handler.onReady?.({ epoch: 'one', seq: 0 }));
  await settle();
}

const rows = () => [...page.querySelectorAll<HTMLElement>('[data-jrt-line]')];
const ids = () => rows().map(it => it.dataset.jrtLine);
const button = (words: string) =>
  [...page.querySelectorAll('button')].find(it => it.textContent === words);

function press(target: Element | undefined, key: string): void {
  act(() => {
    target?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  });
}

async function choose(label: string, value: string): Promise<void> {
  act(() => {
    const select = page.querySelector<HTMLSelectElement>(`[aria-label="${label}"]`);
    if (select) {
      select.value = value;
      select.dispatchEvent(new Event('change', { bubbles: true }));
    }
  });
  act(() => handler.onReady?.({ epoch: 'one', seq: 0 }));
  await settle();
}

async function happen(): Promise<void> {
  items = [line(items.length + 1), ...items];
  act(() => handler.onEvent?.(logged(items.length)));
  await settle();
}

test('each line leads to its object, by click and by key; one that leads nowhere does nothing', async () => {
  await show();
  expect(ids()).toEqual(['a2', 'a1']);
  expect(rows()[0]?.textContent).toContain('Bob saved 2.ipynb');
  act(() => rows()[0]?.click());
  act(() => rows()[1]?.click());
  press(rows()[0], 'Enter');
  expect(opened.mock.calls).toEqual([['a2'], ['a2']]);
});

test('what comes while a line has the focus is counted, and shown when it is wanted', async () => {
  await show();
  act(() => rows()[0]?.focus());
  await happen();
  expect(ids()).toEqual(['a2', 'a1']);
  act(() => button('1 new')?.click());
  await settle();
  expect(ids()).toEqual(['a3', 'a2', 'a1']);
  expect(document.activeElement).toBe(rows()[0]);
  press(rows()[0], 'j');
  expect(document.activeElement).toBe(rows()[1]);
  press(rows()[1], 'End');
  expect(document.activeElement).toBe(rows()[2]);
});

test('what comes while nobody reads is put above', async () => {
  await show();
  await happen();
  expect(ids()).toEqual(['a3', 'a2', 'a1']);
  expect(button('1 new')).toBeUndefined();
});

test('a filter asks the server; where it leaves nothing, one click takes it away', async () => {
  await show();
  await choose('Person', 'bob');
  expect(asked.at(-1)?.get('user')).toBe('bob');
  await choose('Kind', 'comment');
  expect(asked.at(-1)?.get('kind')).toBe('comment');
  expect(page.textContent).toContain('Nothing matches this filter');
  act(() => button('Clear filter')?.click());
  act(() => handler.onReady?.({ epoch: 'one', seq: 0 }));
  await settle();
  expect(ids()).toEqual(['a2', 'a1']);
});

test('it says that nothing has happened, that it failed, and that the server is away', async () => {
  items = [];
  await show();
  expect(page.textContent).toContain('Nothing happened yet.');
  fails = true;
  act(() => handler.onEvent?.(logged(1)));
  await settle();
  expect(page.querySelector('[role=alert]')?.textContent).toContain('Not loaded');
  fails = false;
  items = [line(1)];
  await act(async () => button('Retry')?.click());
  await settle();
  expect(ids()).toEqual(['a1']);
  connection.setState({ status: 'offline' });
  await show();
  expect(page.textContent).toContain('Offline: this is as of');
});
