import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Presence } from './presence.js';
import { othersOf, presentOf } from './present.js';
import type { StateEntry } from './protocol.js';
import type { RoomHandler } from './room.js';
import { ADA, pinned } from './testing.js';

const BO = { ...ADA, name: 'bo', display_name: 'Bo', initials: 'B' };
let handler: RoomHandler;
let rooms: string[];
let left: number;
let answer: () => Promise<unknown>;
let presence: Presence;

beforeEach(() => {
  vi.useFakeTimers();
  rooms = [];
  left = 0;
  answer = async () => ({ items: [], next: null });
  presence = new Presence({
    subscribe: (room: string, given: RoomHandler) => {
      rooms.push(room);
      handler = given;
      return () => {
        left += 1;
      };
    },
    rest: { get: () => answer() },
  } as never);
});

afterEach(() => vi.useRealTimers());

const here = (user: typeof ADA, more: object = {}): StateEntry =>
  pinned('user:status', user.name, { user, status: 'online', sessions: 1, ...more });

const settle = () => vi.advanceTimersByTimeAsync(300);
const people = () => presence.store.getState().teams.p?.people ?? [];
const shown = () => people().map(({ user, status }) => `${user.name} ${status}`);

test('who is there is shown, and who leaves stays with the time', async () => {
  presence.follow('p');
  handler.onBoard?.([here(BO), here(ADA, { cell: 'c', running: { cell: 'c', since: 'x' } })]);
  await settle();
  expect(shown()).toEqual(['ada online', 'bo online']);
  handler.onState?.({ ...here(ADA), data: null, time: '2026-11-23T10:05:00.000Z' } as StateEntry);
  handler.onState?.(here(BO, { status: 'away' }));
  await settle();
  expect(shown()).toEqual(['bo away', 'ada offline']);
  expect(people()[1]).toMatchObject({
    last_seen: '2026-11-23T10:05:00.000Z',
    cell: null,
    running: null,
  });
});

test('who is no more on the board after a cut is gone', async () => {
  presence.follow('p');
  handler.onBoard?.([here(ADA), here(BO)]);
  await settle();
  handler.onBoard?.([here(BO)]);
  await settle();
  expect(shown()).toEqual(['bo online', 'ada offline']);
});

test('who was there before is asked for, and the board knows better', async () => {
  const old = { last_seen: '2026-11-23T09:00:00.000Z', sessions: 0 };
  answer = async () => ({
    items: [
      { user: ADA, status: 'offline', ...old },
      { user: BO, status: 'offline', ...old },
      { user: { ...ADA, name: 'cy', display_name: 'Cy' }, status: 'online', ...old },
    ],
  });
  presence.follow('p');
  handler.onBoard?.([here(BO)]);
  handler.onReady?.({ epoch: 'e', seq: 1 });
  await settle();
  expect(shown()).toEqual(['bo online', 'ada offline', 'cy offline']);
  expect(presence.store.getState().teams.p?.ready).toBe(true);
});

test('without an answer those are shown who are there', async () => {
  answer = () => Promise.reject(new Error('No.'));
  presence.follow('p');
  handler.onBoard?.([here(BO)]);
  handler.onReady?.({ epoch: 'e', seq: 1 });
  await settle();
  expect(shown()).toEqual(['bo online']);
});

test('who says good-bye keeps the time at which the server saw them', async () => {
  presence.follow('p');
  const at = '2026-11-23T09:59:00.000Z';
  handler.onState?.(here(BO));
  handler.onState?.(here(BO, { status: 'offline', last_seen: at, sessions: 0 }));
  handler.onState?.({ ...here(BO), data: null } as StateEntry);
  await settle();
  expect(people()).toMatchObject([{ status: 'offline', last_seen: at }]);
});

test('a visitor of the same name is somebody else', async () => {
  const visitor = { ...BO, via: 'server' as const };
  presence.follow('p');
  handler.onBoard?.([here(BO), { ...here(visitor), key: 'server:bo' } as StateEntry]);
  await settle();
  expect(people()).toHaveLength(2);
  expect(othersOf(people(), BO)).toMatchObject([{ user: visitor }]);
});

test('several views share one subscription, and the last of them ends it', () => {
  const leave = presence.follow('p');
  const other = presence.follow('p');
  leave();
  leave();
  expect(left).toBe(0);
  other();
  expect([rooms, left]).toEqual([['project:p'], 1]);
});

test('why it can’t be known is told', () => {
  presence.follow('p');
  const error = { code: 'forbidden', message: 'No.', retryable: false, retry_after: null };
  handler.onError?.(error);
  expect(presence.store.getState().teams.p).toMatchObject({ error, ready: false });
});

test.each([
  null,
  'online',
  { status: 'here' },
  { status: 7 },
  { status: 'online', user: { name: 5 } },
])('what is no presence is none: %j', data => {
  const entry = pinned('user:status', 'x', data);
  expect(presentOf(entry)).toBeNull();
});

test('what is left out is not known', () => {
  const present = presentOf(pinned('user:status', 'ada', { status: 'away', mode: 'vi' }));
  expect(present).toMatchObject({ user: ADA, status: 'away', mode: null, running: null });
});
