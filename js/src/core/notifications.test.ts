import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';

import type { ConnectionState } from './connection-state.js';
import { type Arrivals, keyOf, Notifications, type Query } from './notifications.js';
import type { NotificationChanged, NotificationNew } from './protocol.js';
import { RestError } from './rest.js';
import type { RoomHandler } from './room-handler.js';
import { ADA, logged } from './testing.js';

const INBOX: Query = { box: 'inbox' };
const UNREAD: Query = { box: 'unread' };
const NO = new RestError(403, {
  ...{ code: 'forbidden', message: 'No.', retryable: false, retry_after: null },
});

type Row = Omit<NotificationNew, 'unread' | 'toast' | 'toast_at'>;

let seq: number;

function made(id: string, more: Partial<Row> = {}): Row {
  seq += 1;
  const at = new Date(Date.UTC(2026, 10, 23, 10, 0, seq)).toISOString();
  return {
    ...{ id, seq, type: 'info', category: 'system', title: `Title ${id}`, message: '' },
    ...{ action_url: null, project: null, thread: null, actors: [ADA], count: 1 },
    ...{ read: false, seen: false, archived: false, snoozed_until: null },
    ...{ created_at: at, updated_at: at, reason: 'Because.' },
    ...more,
  } as Row;
}

/** The server's side: rows, and answers that the test lets go. */
let rows: Map<string, Row>;
let handler: RoomHandler;
let connection: {
  store: ReturnType<typeof makeStore>;
  rest: {
    get: ReturnType<typeof vi.fn>;
    patch: ReturnType<typeof vi.fn>;
    post: ReturnType<typeof vi.fn>;
  };
  subscribe: ReturnType<typeof vi.fn>;
};
let notifications: Notifications;
let arrivals: Arrivals[];

const makeStore = () =>
  createStore(() => ({ status: 'online', user: ADA }) as unknown as ConnectionState);

const frame = () => vi.advanceTimersByTimeAsync(20);
const state = () => notifications.store.getState();
const ids = (query = INBOX) => state().lists[keyOf(query)]?.items.map(({ id }) => id);
const row = (id: string, query = INBOX) =>
  state().lists[keyOf(query)]?.items.find(one => one.id === id);

const inInbox = (one: Row) => !one.archived && one.snoozed_until === null;
const unread = () => [...rows.values()].filter(one => !one.read && inInbox(one)).length;

function page(path: string) {
  const asked = new URLSearchParams(path.split('?')[1]);
  const [box, limit] = [asked.get('box'), Number(asked.get('limit'))];
  const from = Number(asked.get('cursor') ?? 0);
  const all = [...rows.values()]
    .filter(one => (box === 'archived' ? one.archived : box === 'all' || inInbox(one)))
    .filter(one => box !== 'unread' || !one.read)
    .sort((a, b) => b.updated_at.localeCompare(a.updated_at));
  const items = all.slice(from, from + limit);
  const next = items.length === limit ? String(from + limit) : null;
  return { items, unread: unread(), next };
}

function happen(event: string, data: unknown, more: object = {}): void {
  handler.onEvent?.({ ...logged(seq, { event, data } as never), ...more });
}

/** Somebody is told something. */
function told(id: string, more: Partial<Row> = {}): void {
  const now = made(id, more);
  rows.set(id, now);
  const data = { ...now, unread: unread(), toast: 'now', toast_at: null };
  happen('notification:new', data);
}

/** Another tab changes something. */
function elsewhere(changes: Partial<NotificationChanged>, more: object = {}): void {
  const nothing = { read: null, seen: null, archived: null, snoozed_until: null };
  const data = { ids: null, up_to: seq, category: null, project: null, ...nothing, ...changes };
  for (const id of data.ids ?? [...rows.keys()]) {
    const { read, archived } = data;
    const of = rows.get(id) as Row;
    rows.set(id, { ...of, read: read ?? of.read, archived: archived ?? of.archived });
  }
  seq += 1;
  happen('notification:changed', { ...data, unread: unread() }, more);
}

function patched(
  _: string,
  { ids: wanted, up_to: _up, ...how }: { ids: string[]; up_to?: number },
) {
  const items = wanted.flatMap(id => {
    const of = rows.get(id);
    return of ? [{ ...of, ...how }] : [];
  });
  for (const item of items) {
    rows.set(item.id, item);
  }
  return { items, unread: unread() };
}

/** Hold an answer back; returns how to let it go. */
function held(of: 'get' | 'patch' | 'post'): () => void {
  let go = () => {};
  const answer = connection.rest[of].getMockImplementation() as (...all: unknown[]) => unknown;
  connection.rest[of].mockImplementationOnce(async (...all: unknown[]) => {
    const made = await answer(...all);
    await new Promise<void>(resolve => {
      go = resolve;
    });
    return made;
  });
  return () => go();
}

beforeEach(() => {
  vi.useFakeTimers();
  seq = 0;
  rows = new Map(['a', 'b', 'c'].map(id => [id, made(id)]));
  const rest = {
    get: vi.fn(async (path: string) =>
      path.includes('?') ? page(path) : rows.get(path.split('/')[1] ?? ''),
    ),
    patch: vi.fn(async (path: string, body: never) => patched(path, body)),
    post: vi.fn(async () => {
      for (const [id, one] of rows) {
        rows.set(id, { ...one, read: true });
      }
      return { unread: 0 };
    }),
  };
  const subscribe = vi.fn((_room: string, it: RoomHandler) => {
    handler = it;
    return () => {};
  });
  connection = { store: makeStore(), rest, subscribe };
  notifications = new Notifications(connection as never);
  arrivals = [];
  notifications.onArrival(one => arrivals.push(one));
});

afterEach(() => vi.useRealTimers());

async function opened(query = INBOX): Promise<() => void> {
  notifications.follow();
  const close = notifications.open(query);
  handler.onReady?.({ epoch: 'one', seq });
  await frame();
  return close;
}

describe('the badge', () => {
  test('V1: is the server’s count, and that of each event', async () => {
    notifications.follow();
    expect(connection.subscribe.mock.calls[0]?.[0]).toBe('user:ada');
    expect(state().unread).toBeNull();
    handler.onReady?.({ epoch: 'one', seq });
    await frame();
    expect(state().unread).toBe(3);
    told('d');
    await frame();
    expect(state().unread).toBe(4);
    elsewhere({ ids: ['d', 'a'], read: true });
    await frame();
    expect(state().unread).toBe(2);
  });

  test('is asked for only once the room is heard, so that nothing falls between', async () => {
    notifications.open(INBOX);
    await frame();
    expect(connection.rest.get).not.toHaveBeenCalled();
    expect(state().lists[keyOf(INBOX)]).toMatchObject({ loading: true, loaded: false });
  });

  test('is another person’s when they use the page', async () => {
    await opened();
    connection.store.setState({ user: { ...ADA, name: 'eve' } });
    expect(connection.subscribe.mock.lastCall?.[0]).toBe('user:eve');
    await frame();
    expect(state().unread).toBeNull();
    expect(ids()).toEqual([]);
  });

  test('says why there is none, and no more once there is one', async () => {
    notifications.follow();
    handler.onError?.({ code: 'forbidden', message: 'No.', retryable: false, retry_after: null });
    expect(state().denied).toBe('No.');
    handler.onReady?.({ epoch: 'one', seq });
    await frame();
    expect(state()).toMatchObject({ denied: null, unread: 3 });
  });

  test('is asked for anew by whoever comes after a refusal', async () => {
    const leave = notifications.follow();
    handler.onError?.({ code: 'forbidden', message: 'No.', retryable: false, retry_after: null });
    leave();
    await frame();
    expect(state().denied).toBeNull();
    await opened();
    expect(connection.subscribe).toHaveBeenCalledTimes(2);
    expect([state().unread, ids()]).toEqual([3, ['c', 'b', 'a']]);
  });
});

describe('a list', () => {
  test('V2: is the newest first, and what happens again comes to its top', async () => {
    await opened();
    expect(ids()).toEqual(['c', 'b', 'a']);
    told('a', { count: 2 });
    await frame();
    expect(ids()).toEqual(['a', 'c', 'b']);
    expect(row('a')).toMatchObject({ count: 2, read: false });
  });

  test('is loaded page by page, and shows nothing below what was loaded', async () => {
    rows = new Map(Array.from({ length: 250 }, (_, n) => [`n${n}`, made(`n${n}`)]));
    await opened();
    expect(ids()).toHaveLength(100);
    told('n0', { archived: true });
    elsewhere({ ids: ['n0'], archived: false });
    notifications.open({ box: 'all' });
    await frame();
    notifications.more(INBOX);
    notifications.more(INBOX);
    await frame();
    expect(connection.rest.get).toHaveBeenCalledTimes(3);
    expect(ids()?.length).toBeGreaterThanOrEqual(200);
    expect(ids()).toEqual([...new Set(ids())]);
    notifications.more(INBOX);
    await frame();
    expect(ids()).toHaveLength(250);
    expect(state().lists[keyOf(INBOX)]?.more).toBe(false);
  });

  test('V3: of unread ones keeps what is read while it is shown', async () => {
    const close = await opened(UNREAD);
    await notifications.read(['b']);
    await frame();
    expect(ids(UNREAD)).toEqual(['c', 'b', 'a']);
    expect(row('b', UNREAD)?.read).toBe(true);
    await notifications.archive(['a']);
    await frame();
    expect(ids(UNREAD)).toEqual(['c', 'b']);
    close();
    await frame();
    notifications.open(UNREAD);
    await frame();
    expect(ids(UNREAD)).toEqual(['c']);
  });

  test('takes what came while its answer was under way', async () => {
    notifications.open(INBOX);
    const go = held('get');
    handler.onReady?.({ epoch: 'one', seq });
    await frame();
    told('d');
    elsewhere({ ids: ['a'], read: true });
    go();
    await frame();
    expect(ids()).toEqual(['d', 'c', 'b', 'a']);
    expect(row('a')?.read).toBe(true);
    expect(state().unread).toBe(3);
  });

  test('finds by category, type, project and text, also what arrives', async () => {
    await opened({ box: 'inbox', category: 'quota', text: 'DISK' });
    expect(connection.rest.get.mock.lastCall?.[0]).toBe(
      'notifications?box=inbox&limit=100&category=quota&q=DISK',
    );
    told('q', { category: 'quota', title: 'The disk is full' });
    told('s', { category: 'system', title: 'The disk is full' });
    await frame();
    expect(ids({ box: 'inbox', category: 'quota', text: 'DISK' })?.[0]).toBe('q');
    expect(ids({ box: 'inbox', category: 'quota', text: 'DISK' })).not.toContain('s');
  });

  test('gets what comes into it from where nobody here knew it', async () => {
    rows.set('x', made('x', { archived: true }));
    await opened();
    elsewhere({ ids: ['x'], archived: false });
    await frame();
    expect(ids()).toEqual(['x', 'c', 'b', 'a']);
  });

  test('V4: loses what its person may see no more, and gets it back', async () => {
    await opened();
    const withdrawn = rows.get('b') as Row;
    rows.delete('b');
    connection.rest.get.mockRejectedValueOnce(NO);
    happen('notification:changed', {
      ...{ ids: ['b'], up_to: 0, category: null, project: null, unread: 2 },
      ...{ read: null, seen: null, archived: null, snoozed_until: null },
    });
    await frame();
    expect(ids()).toEqual(['c', 'a']);
    rows.set('b', withdrawn);
    elsewhere({ ids: ['b'] });
    await frame();
    expect(ids()).toEqual(['c', 'b', 'a']);
  });

  test('does not show what the log has emptied', async () => {
    await opened();
    const nothing = { ...made('w'), title: '', unread: 3, toast: 'off', toast_at: null };
    happen('notification:new', nothing);
    await frame();
    expect(ids()).toEqual(['c', 'b', 'a']);
    expect(arrivals).toEqual([]);
  });

  test('brings back to the top what was snoozed until now', async () => {
    await opened();
    const time = '2026-11-24T10:00:00.000Z';
    elsewhere({ ids: ['a'], snoozed_until: '2026-11-24T09:00:00.000Z' });
    await frame();
    expect(ids()).toEqual(['c', 'b']);
    elsewhere({ ids: ['a'], snoozed_until: '' }, { time, actor: { ...ADA, kind: 'system' } });
    await frame();
    expect(ids()).toEqual(['a', 'c', 'b']);
  });

  test('says that it could not be loaded, and loads on demand', async () => {
    connection.rest.get.mockRejectedValueOnce(NO);
    await opened();
    expect(state().lists[keyOf(INBOX)]).toMatchObject({ error: NO, loading: false });
    notifications.retry(INBOX);
    await frame();
    expect(ids()).toEqual(['c', 'b', 'a']);
  });

  test('is loaded again where continuity is lost: what is gone goes', async () => {
    await opened();
    rows.delete('a');
    handler.onLost?.();
    await frame();
    expect(ids()).toEqual(['c', 'b']);
  });
});

describe('an act', () => {
  test('V5: shows at once, and says up to which event was read', async () => {
    await opened();
    const go = held('patch');
    void notifications.read(['b', 'a']);
    await frame();
    expect(row('b')?.read).toBe(true);
    expect(state().unread).toBe(1);
    expect(connection.rest.patch).toHaveBeenCalledExactlyOnceWith('notifications', {
      ...{ ids: ['b', 'a'], read: true, up_to: 2 },
    });
    go();
    await frame();
    expect(state().unread).toBe(1);
  });

  test('V5: leaves unread what came behind what it saw', async () => {
    await opened();
    const go = held('patch');
    void notifications.read(['b']);
    await frame();
    told('b', { count: 2 });
    await frame();
    expect(row('b')).toMatchObject({ read: false, count: 2 });
    go();
    await frame();
    expect(row('b')).toMatchObject({ read: false, count: 2 });
    expect(state().unread).toBe(3);
  });

  test('V6: is taken back where the server refuses it, and only that one, with a way to try again', async () => {
    await opened();
    connection.rest.patch.mockRejectedValueOnce(NO);
    void notifications.archive(['b']);
    void notifications.read(['a']);
    await frame();
    expect(ids()).toEqual(['c', 'b', 'a']);
    expect(row('a')?.read).toBe(true);
    expect(state().refused).toMatchObject({ verb: 'archive', error: NO });
    state().refused?.retry();
    await frame();
    expect(ids()).toEqual(['c', 'a']);
    expect(state().refused).toBeNull();
  });

  test.each([
    ['archive', () => notifications.archive(['b'])],
    ['snooze', () => notifications.snooze(['b'], new Date('2026-11-24T09:00:00Z'))],
    ['read', () => notifications.read(['b'])],
  ])('V7: is undone: %s', async (verb, act) => {
    await opened();
    await act();
    await frame();
    expect(state().done).toMatchObject({ verb, count: 1 });
    expect(state().unread).toBe(2);
    await notifications.undo();
    await frame();
    expect(ids()).toEqual(['c', 'b', 'a']);
    expect(row('b')).toMatchObject({ read: false, archived: false, snoozed_until: null });
    expect(state()).toMatchObject({ unread: 3, done: null });
  });

  test('that changes nothing asks nobody', async () => {
    await opened();
    expect(await notifications.restore(['a', 'unknown'])).toBe(true);
    expect(connection.rest.patch).not.toHaveBeenCalled();
    expect(state().done).toBeNull();
  });

  test('on what is gone lets it go', async () => {
    await opened();
    rows.delete('b');
    await notifications.archive(['b']);
    await frame();
    expect(ids()).toEqual(['c', 'a']);
  });

  test('of looking says nothing, and fails without a word', async () => {
    await opened();
    connection.rest.patch.mockRejectedValueOnce(NO);
    await notifications.looked(['a', 'b'], 'seen');
    await notifications.looked(['a', 'b'], 'seen');
    await notifications.looked(['a', 'b'], 'seen');
    expect(connection.rest.patch).toHaveBeenCalledTimes(2);
    expect(state()).toMatchObject({ done: null, refused: null, unread: 3 });
  });
});

describe('reading all', () => {
  test('V8: reads what is there, also what is not loaded, and can be undone', async () => {
    rows = new Map(Array.from({ length: 150 }, (_, n) => [`n${n}`, made(`n${n}`)]));
    await opened();
    const reading = notifications.readAll();
    await frame();
    await reading;
    expect(state().unread).toBe(0);
    expect(connection.rest.post).toHaveBeenCalledExactlyOnceWith('notifications/read-all', {
      ...{ up_to: seq, category: undefined, project: undefined },
    });
    expect(state().done).toMatchObject({ verb: 'read', count: 150 });
    await notifications.undo();
    await frame();
    expect(state().unread).toBe(150);
  });

  test('V8: shows at once, and leaves what comes meanwhile', async () => {
    await opened(UNREAD);
    const go = held('post');
    const reading = notifications.readAll();
    await frame();
    expect(state().unread).toBe(0);
    expect(ids(UNREAD)).toEqual([]);
    told('d');
    await frame();
    expect(state().unread).toBe(1);
    expect(ids(UNREAD)).toEqual(['d']);
    go();
    await reading;
  });

  test('V6: is taken back where it is refused', async () => {
    await opened(UNREAD);
    connection.rest.post.mockRejectedValueOnce(NO);
    expect(await notifications.readAll()).toBe(false);
    await frame();
    expect(state()).toMatchObject({ unread: 3, refused: { verb: 'read', error: NO } });
    expect(ids(UNREAD)).toEqual(['c', 'b', 'a']);
  });
});

describe('what arrives', () => {
  test('is told one by one while it is live', async () => {
    await opened();
    told('d');
    expect(arrivals).toMatchObject([{ missed: false, notifications: [{ id: 'd', toast: 'now' }] }]);
  });

  test('V9: is told at once, and once, where it was missed', async () => {
    await opened();
    connection.store.setState({ status: 'offline' });
    connection.store.setState({ status: 'online' });
    told('d');
    told('e');
    expect(arrivals).toEqual([]);
    handler.onReady?.({ epoch: 'one', seq });
    expect(arrivals).toMatchObject([{ missed: true, notifications: [{ id: 'd' }, { id: 'e' }] }]);
    await frame();
    expect(ids()).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(connection.rest.get).toHaveBeenCalledTimes(1);
  });
});
