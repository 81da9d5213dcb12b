import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createStore, type StoreApi } from 'zustand/vanilla';

import { createConnectionStore } from '../core/connection-state.js';
import { RestError } from '../core/rest.js';
import { ADA, makeComment, makeThread } from '../core/testing.js';
import {
  keyOf,
  type OwnThread,
  type ThreadListView,
  type Threads,
  type ThreadsState,
} from '../core/threads.js';
import { CommentsPanel, type CommentsPlace } from './CommentsPanel.js';
import { VERSION } from './version.js';

const OF_DOCUMENT = keyOf({ document: 'd' });
const LIST: ThreadListView = { items: [], loaded: true, loading: false, more: false, error: null };
const NO = new RestError(403, {
  ...{ code: 'forbidden', message: 'No.', retryable: false, retry_after: null },
});
const PLACE: CommentsPlace = {
  project: { id: 'p', name: 'forecast' },
  document: { id: 'd', path: 'sub/a.ipynb' },
  chosen: null,
};

let root: Root;
let page: HTMLElement;
let store: StoreApi<ThreadsState>;
let place: StoreApi<CommentsPlace>;
let connection: ReturnType<typeof createConnectionStore>;
const done = () => Promise.resolve(true);
const told = {
  ...{ open: vi.fn((_project: string, _query: unknown) => () => {}), more: vi.fn() },
  ...{ retry: vi.fn(), resolve: vi.fn(done), reopen: vi.fn(done), looked: vi.fn(done) },
  ...{ followed: vi.fn(async (_document: string) => 'all'), subscribe: vi.fn(done) },
  subscribeDocument: vi.fn(async (_document: string, _subscription: string) => {}),
};
const hands = {
  ...{ open: vi.fn((_thread: OwnThread) => {}), codeOf: () => null, onChange: () => () => {} },
};
const onComment = vi.fn();

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
  vi.stubGlobal('CSS', { escape: (text: string) => text });
  // jsdom lays nothing out: a window high enough for all rows.
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(300);
  Element.prototype.scrollIntoView = () => {};
  store = createStore<ThreadsState>(() => ({
    ...{ lists: {}, refused: null, restorable: new Set<string>(), roles: { p: 'member' as const } },
  }));
  place = createStore<CommentsPlace>(() => PLACE);
  connection = createConnectionStore();
  connection.setState({ status: 'online', user: ADA });
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
});

afterEach(() => {
  act(() => root.unmount());
  page.remove();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function show(
  items: readonly OwnThread[],
  list: Partial<ThreadListView> = {},
  key = OF_DOCUMENT,
): Promise<void> {
  await act(async () => {
    store.setState({ lists: { [key]: { ...LIST, items, ...list } } });
    root.render(
      <CommentsPanel
        version={VERSION}
        connection={connection}
        threads={{ store, ...told } as unknown as Threads}
        place={place}
        hands={hands as never}
        onComment={onComment}
        onChoose={chosen => place.setState({ chosen })}
        wake={() => {}}
      />,
    );
  });
}

const rows = () =>
  [...page.querySelectorAll<HTMLElement>('[data-jrt-row]')].map(it => it.dataset.jrtRow);
const row = (id: string) => page.querySelector<HTMLElement>(`[data-jrt-row="${id}"]`);
const choice = (label: string) => page.querySelector<HTMLSelectElement>(`[aria-label="${label}"]`);
const button = (words: string) =>
  [...page.querySelectorAll('button')].find(it => it.textContent === words);

function press(target: Element | null, key: string): void {
  act(() => {
    target?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  });
}

async function choose(label: string, value: string): Promise<void> {
  await act(async () => {
    const select = choice(label);
    if (select) {
      select.value = value;
      select.dispatchEvent(new Event('change', { bubbles: true }));
    }
  });
}

const lost = makeThread('lost', {
  anchor: { ...makeThread('x').anchor, status: 'orphaned', cell_id: null, cell_index: null },
});
const MINE = makeThread('mine', { comments: [makeComment('1', { author: ADA })] });
const DONE = makeThread('done', { state: 'resolved' });
const SOME = [makeThread('a'), MINE, DONE, lost];

describe('which threads are shown', () => {
  test('those that are open, of the document; the filter says how many there are of each', async () => {
    await show(SOME);
    expect(told.open).toHaveBeenCalledWith('p', { document: 'd' });
    expect(rows()).toEqual(['a', 'mine', 'lost']);
    const words = [...(choice('Which threads')?.options ?? [])].map(it => it.text);
    expect(words).toEqual([
      ...['Open (3)', 'Resolved (1)', 'Mine (1)', 'Mentions me', 'Unread', 'Lost code (1)'],
    ]);
    await choose('Which threads', 'mine');
    expect(rows()).toEqual(['mine']);
  });

  test('Z12: what is resolved here stays until another filter is chosen', async () => {
    await show([makeThread('a'), makeThread('b')]);
    await show([makeThread('a', { state: 'resolved' }), makeThread('b')]);
    expect(rows()).toEqual(['a', 'b']);
    await choose('Which threads', 'mine');
    await choose('Which threads', 'open');
    expect(rows()).toEqual(['b']);
  });

  test('those that have lost their code are a click away', async () => {
    await show(SOME);
    await act(async () => button('1 has lost its code')?.click());
    expect(rows()).toEqual(['lost']);
  });

  test('those of the project are the server’s to filter, and say in which file they are', async () => {
    const key = keyOf({ project: 'p', filter: 'open' });
    await show([makeThread('a', { path: 'sub/b.py' })], {}, key);
    await choose('Whose threads', 'project');
    expect(told.open).toHaveBeenLastCalledWith('p', { project: 'p', filter: 'open' });
    expect(row('a')?.textContent).toContain('sub/b.py');
  });
});

describe('where there is nothing', () => {
  test('it says how to begin', async () => {
    await show([]);
    expect(page.textContent).toContain('Select code and press Ctrl+Alt+M');
    act(() => button('Comment')?.click());
    expect(onComment).toHaveBeenCalledOnce();
  });

  test('it says that it loads, that it failed, that the server is away', async () => {
    await show([], { loaded: false });
    expect(page.textContent).toContain('Loading comments…');
    await show([], { error: NO });
    expect(page.querySelector('[role=alert]')?.textContent).toContain('Not loaded: No.');
    act(() => button('Retry')?.click());
    expect(told.retry).toHaveBeenCalledWith({ document: 'd' });
    act(() => connection.setState({ status: 'offline' }));
    expect(page.textContent).toContain('Offline: this is as of');
  });
});

describe('by keys', () => {
  test('Z6: from one to the next, open, closed and resolved; the focus is never lost', async () => {
    await show(SOME);
    act(() => row('a')?.focus());
    press(row('a'), 'j');
    expect(document.activeElement).toBe(row('mine'));
    press(row('mine'), 'End');
    expect(document.activeElement).toBe(row('lost'));
    press(row('lost'), 'k');
    press(row('mine'), 'e');
    expect(told.resolve).toHaveBeenCalledWith('mine');
    press(row('mine'), 'Enter');
    expect(hands.open).toHaveBeenCalledWith(MINE);
    expect(place.getState().chosen).toBe('mine');
    expect(row('mine')?.querySelector('[data-jrt-thread="mine"]')).not.toBeNull();
    press(row('mine')?.querySelector('textarea') ?? null, 'Escape');
    expect(place.getState().chosen).toBeNull();
    expect(document.activeElement).toBe(row('mine'));
  });

  test('whoever may only read resolves nothing', async () => {
    store.setState({ roles: { p: 'viewer' } });
    await show(SOME);
    press(row('a'), 'e');
    expect(told.resolve).not.toHaveBeenCalled();
  });
});

describe('Z9: when somebody is told of a document’s threads', () => {
  const LABEL = 'When to tell me of the threads of this document';

  test('is shown as the server has it, and chosen', async () => {
    await show(SOME);
    expect(choice(LABEL)?.value).toBe('all');
    await choose(LABEL, 'muted');
    expect(told.subscribeDocument).toHaveBeenCalledWith('d', 'muted');
    expect(choice(LABEL)?.value).toBe('muted');
  });

  test('a refusal takes the choice back, and says why', async () => {
    told.subscribeDocument.mockRejectedValueOnce(NO);
    await show(SOME);
    await choose(LABEL, 'muted');
    expect(choice(LABEL)?.value).toBe('all');
    expect(page.textContent).toContain('No.');
  });

  test('it can’t be chosen before it is known', async () => {
    told.followed.mockRejectedValueOnce(NO);
    await show(SOME);
    expect(choice(LABEL)?.disabled).toBe(true);
  });
});
