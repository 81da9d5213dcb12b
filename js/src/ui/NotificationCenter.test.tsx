import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';

import { createConnectionStore } from '../core/connection-state.js';
import {
  keyOf,
  type ListView,
  type Notification,
  type Notifications,
  type NotificationsState,
} from '../core/notifications.js';
import type { PreferenceBook } from '../core/preferences.js';
import { ADA } from '../core/testing.js';
import { NotificationCenter } from './NotificationCenter.js';
import { makeNotification } from './testing.js';
import { VERSION } from './version.js';

const INBOX = keyOf({ box: 'inbox' });
const LIST: ListView = { items: [], loaded: true, loading: false, more: false, error: null };

let place: HTMLElement;
let root: Root;
let store: ReturnType<typeof makeStore>;
let connection: ReturnType<typeof createConnectionStore>;
const done = () => Promise.resolve(true);
const told = {
  ...{
    open: vi.fn((_: unknown) => () => {}),
    follow: () => () => {},
    more: vi.fn(),
    retry: vi.fn(),
  },
  ...{ looked: vi.fn(done), read: vi.fn(done), unreadAgain: vi.fn(done), archive: vi.fn(done) },
  ...{ restore: vi.fn(done), snooze: vi.fn(done), wake: vi.fn(done), undo: vi.fn(done) },
  ...{ readAll: vi.fn(done), settle: vi.fn() },
  get: (id: string) => items().find(one => one.id === id) ?? null,
};
const book = {
  load: async () => {},
  store: createStore(() => ({ shown: { rules: [], mutes: [], locks: [] } })),
  ...{ mute: vi.fn(async () => {}), unmute: vi.fn(async () => {}), setMode: vi.fn(async () => {}) },
};
const openTarget = vi.fn();

const makeStore = () =>
  createStore<NotificationsState>(() => ({
    ...{ unread: 0, lists: {}, done: null, refused: null, denied: null },
  }));

const items = () => store.getState().lists[INBOX]?.items ?? [];

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.clearAllMocks();
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  // jsdom lays nothing out: a window high enough for all rows.
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(300);
  Element.prototype.scrollIntoView = () => {};
  store = makeStore();
  connection = createConnectionStore();
  connection.setState({ status: 'online', user: ADA });
  place = document.body.appendChild(document.createElement('div'));
  root = createRoot(place);
});

afterEach(() => {
  act(() => root.unmount());
  place.remove();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function show(list: Partial<ListView> = {}, more: Partial<NotificationsState> = {}): void {
  act(() => {
    store.setState({ lists: { [INBOX]: { ...LIST, ...list } }, ...more });
    root.render(
      <NotificationCenter
        version={VERSION}
        connection={connection}
        notifications={{ store, ...told } as unknown as Notifications}
        preferences={book as unknown as PreferenceBook}
        projects={[]}
        openTarget={openTarget}
        openPreferences={null}
        wake={() => {}}
      />,
    );
  });
}

const some = (...ids: string[]): Notification[] =>
  ids.map((id, index) => makeNotification({ id, seq: 9 - index, title: `Title ${id}` }));
const row = (id: string) => place.querySelector<HTMLElement>(`[data-jrt-notification="${id}"]`);
const button = (name: string, inside: Element = place) =>
  Array.from(inside.querySelectorAll('button')).find(
    one => one.getAttribute('aria-label') === name || one.textContent === name,
  );
const press = (id: string, key: string) =>
  act(() => {
    row(id)?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  });
const click = (element: HTMLElement | undefined) => act(async () => element?.click());

describe('the centre', () => {
  test('V14: has a face for loading, nothing, no match, an error, and no permission', async () => {
    show({ loaded: false, loading: true });
    expect(place.textContent).toContain('Loading notifications…');
    show();
    expect(place.textContent).toContain('Nothing in your inbox');
    show({ error: new Error('Too much.') });
    expect(place.querySelector('[role=alert].jrt-face')?.textContent).toContain('Too much.');
    await click(button('Retry'));
    expect(told.retry).toHaveBeenCalled();
    show({}, { denied: 'Not yours.' });
    expect(place.textContent).toContain('Not yours.');
  });

  test('V14: offers nothing to look for where there is no server, and says why', async () => {
    connection.setState({ status: 'absent', reason: 'A program reads no inbox.' });
    show({ loaded: false, loading: true }, { unread: null });
    expect(place.textContent).toContain('A program reads no inbox.');
    expect(place.querySelector('[role=radiogroup], [type=search]')).toBeNull();
    act(() => connection.setState({ status: 'online' }));
    expect(place.querySelector('[type=search]')).not.toBeNull();
  });

  test('V14: says offline since when, and keeps what it has', async () => {
    show({ items: some('a') });
    act(() => connection.setState({ status: 'offline', since: Date.now() }));
    expect(place.textContent).toContain('Offline: this is as of');
    expect(row('a')).not.toBeNull();
  });

  test('V14: says in words what a row is, and draws what was read otherwise', async () => {
    show({ items: [...some('a'), makeNotification({ id: 'r', read: true, title: 'Old' })] });
    const label = row('a')?.getAttribute('aria-label');
    expect(label).toMatch(/^Unread, Information, Title a, /);
    expect(row('r')?.getAttribute('aria-label')).toMatch(/^Information, Old, /);
    expect(row('a')?.dataset.jrtRead).toBe('false');
    expect(place.querySelector('[role=feed]')?.getAttribute('aria-label')).toBe('Notifications');
  });

  test('V15: is worked by keys', async () => {
    show({ items: some('a', 'b') });
    press('a', 'e');
    expect(told.archive).toHaveBeenCalledWith(['a']);
    press('a', 'u');
    expect(told.read).toHaveBeenCalledWith(['a']);
    press('b', 'z');
    expect(told.undo).toHaveBeenCalledOnce();
    const key = new KeyboardEvent('keydown', { key: 'z', bubbles: true });
    act(() => void place.querySelector('[role=radio]')?.dispatchEvent(key));
    expect(told.undo).toHaveBeenCalledTimes(2);
    act(() => void place.querySelector('[type=search]')?.dispatchEvent(key));
    expect(told.undo).toHaveBeenCalledTimes(2);
    press('a', 's');
    const snooze = row('a')?.querySelector<HTMLElement>('.jrt-snooze');
    expect(document.activeElement?.textContent).toBe('In 1 hour');
    await click(button('In 1 hour', snooze as HTMLElement));
    expect(told.snooze).toHaveBeenCalledWith(['a'], expect.any(Date));
  });

  test('V15: opens by Enter or a click: its target, or else its details, and it is read', async () => {
    const linked = makeNotification({ id: 'l', action_url: '/lab/tree/a.py' });
    show({ items: [linked, ...some('a')] });
    press('l', 'Enter');
    expect(openTarget).toHaveBeenCalledWith(linked);
    expect(told.looked).toHaveBeenCalledWith(['l'], 'read');
    await click(row('a') as HTMLElement);
    expect(row('a')?.textContent).toContain('Why this?');
  });

  test('V16: says why, and is told to be quieter with a click, that another takes back', async () => {
    show({ items: [makeNotification({ id: 'a', project: 'p', reason: 'You chose it.' })] });
    press('a', 'w');
    await act(async () => {});
    expect(row('a')?.textContent).toContain('You chose it.');
    await click(button('Mute this project'));
    expect(book.mute).toHaveBeenCalledWith('p');
    expect(row('a')?.textContent).toContain('This project is muted.');
    await click(button('Undo', row('a') as HTMLElement));
    expect(book.unmute).toHaveBeenCalledWith('p');
  });

  test('V16: offers nothing that an admin has locked', async () => {
    const rule = { category: 'system', channel: 'toast', mode: 'instant' };
    const shown = { rules: [rule], mutes: [], locks: [rule] };
    act(() => book.store.setState({ shown } as never));
    show({ items: some('a') });
    press('a', 'w');
    await act(async () => {});
    expect(button('No pop-ups for “System”')).toBeUndefined();
  });

  test('acts on all that are selected', async () => {
    show({ items: some('a', 'b', 'c') });
    press('a', 'x');
    press('c', 'x');
    expect(place.querySelector('[role=toolbar]')?.textContent).toContain('2 selected');
    await click(button('Archive', place.querySelector('[role=toolbar]') as HTMLElement));
    expect(told.archive).toHaveBeenCalledWith(['a', 'c']);
    expect(place.querySelector('[role=toolbar]')).toBeNull();
  });

  test('V7: offers to undo what was done last', async () => {
    show({ items: some('a') }, { done: { verb: 'archive', count: 2, steps: [] } });
    const bar = place.querySelector('.jrt-last-act') as HTMLElement;
    expect(bar.textContent).toContain('2 notifications archived');
    await click(button('Undo', bar));
    expect(told.undo).toHaveBeenCalled();
  });

  test('V6: says what was refused, and offers to try again', async () => {
    const retry = vi.fn();
    const refused = { verb: 'archive' as const, error: new Error('Disk full.'), retry };
    show({ items: some('a') }, { refused });
    const bar = place.querySelector('.jrt-last-act') as HTMLElement;
    expect(bar.textContent).toContain('Not archived: Disk full.');
    await click(button('Retry', bar));
    expect(retry).toHaveBeenCalled();
  });

  test('looks for a box, a text and a category', async () => {
    show({ items: some('a') });
    await click(place.querySelector<HTMLElement>('[data-jrt-box=archived]') as HTMLElement);
    expect(told.open).toHaveBeenLastCalledWith({ box: 'archived' });
    await click(button('Show filters'));
    const choice = place.querySelector<HTMLSelectElement>('select[aria-label=Category]');
    act(() => {
      if (choice) {
        choice.value = 'quota';
        choice.dispatchEvent(new Event('change', { bubbles: true }));
      }
    });
    expect(told.open).toHaveBeenLastCalledWith({ box: 'archived', category: 'quota' });
  });
});
