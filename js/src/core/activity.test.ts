import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { type ActivityItem, ActivityList } from './activity.js';
import type { RoomHandler } from './room.js';
import { ADA, logged } from './testing.js';

let handler: RoomHandler;
let all: ActivityItem[];
let asked: string[];
let fails: boolean;
let left: boolean;
let list: ActivityList;

const line = (number: number, more: Partial<ActivityItem> = {}): ActivityItem => ({
  id: `a${number}`,
  time: new Date(Date.UTC(2026, 10, 23, 10, 0, number * 10)).toISOString(),
  actor: ADA,
  kind: 'file',
  verb: 'saved',
  object: { kind: 'document', id: `d${number}`, name: 'a.ipynb', path: 'a.ipynb' },
  target: null,
  project: 'p',
  count: 1,
  ...more,
});

/** The newest first, by pages. */
async function answer(path: string): Promise<unknown> {
  asked.push(path);
  if (fails) {
    throw new Error('No.');
  }
  const query = new URLSearchParams(path.split('?')[1]);
  const [limit, cursor] = [Number(query.get('limit')), query.get('cursor')];
  const ordered = [...all].sort((a, b) => b.time.localeCompare(a.time));
  const rest = cursor === null ? ordered : ordered.filter(({ time }) => time < cursor);
  const items = rest.slice(0, limit);
  return { items, next: rest.length > limit ? (items.at(-1)?.time ?? null) : null };
}

beforeEach(() => {
  vi.useFakeTimers();
  [all, asked, fails, left] = [[], [], false, false];
  list = new ActivityList(
    {
      rest: { get: answer },
      subscribe: (_room: string, given: RoomHandler) => {
        handler = given;
        return () => {
          left = true;
        };
      },
    } as never,
    { project: 'p' },
  );
});

afterEach(() => vi.useRealTimers());

const settle = () => vi.advanceTimersByTimeAsync(1200);
const ids = () => list.store.getState().items.map(({ id }) => id);
const fill = (from: number, to: number) => {
  all = Array.from({ length: to - from + 1 }, (_, at) => line(from + at));
};

async function open(): Promise<() => void> {
  const leave = list.follow();
  handler.onReady?.({ epoch: 'e', seq: 1 });
  await settle();
  return leave;
}

async function happens(item: ActivityItem): Promise<void> {
  all.push(item);
  handler.onEvent?.(logged(1));
  await settle();
}

test('the newest come first, and what happens comes on top', async () => {
  fill(1, 3);
  await open();
  expect(ids()).toEqual(['a3', 'a2', 'a1']);
  await happens(line(4));
  expect(ids()).toEqual(['a4', 'a3', 'a2', 'a1']);
});

test('a line that grows is one line', async () => {
  fill(1, 3);
  await open();
  all = [line(1), line(2), line(3, { count: 2, time: line(4).time })];
  handler.onEvent?.(logged(1));
  await settle();
  expect(ids()).toEqual(['a3', 'a2', 'a1']);
  expect(list.store.getState().items[0]?.count).toBe(2);
});

test('a line that stood further down has grown and gone to the top', async () => {
  fill(1, 70);
  await open();
  list.more();
  await settle();
  expect(ids()).toHaveLength(70);
  // The server's id is that of the newest in it.
  all = all.filter(({ id }) => id !== 'a15');
  await happens(line(71, { count: 2, object: line(15).object }));
  expect(ids()[0]).toBe('a71');
  expect(ids()).toHaveLength(70);
  expect(ids()).not.toContain('a15');
});

test('what is new waits while somebody reads, and is counted', async () => {
  fill(1, 3);
  await open();
  list.hold(true);
  await happens(line(4));
  await happens(line(5));
  expect(ids()).toEqual(['a3', 'a2', 'a1']);
  expect(list.store.getState().fresh).toBe(2);
  list.showFresh();
  expect(ids()).toEqual(['a5', 'a4', 'a3', 'a2', 'a1']);
  expect(list.store.getState().fresh).toBe(0);
  await happens(line(6));
  list.hold(false);
  expect(ids()[0]).toBe('a6');
});

test('it is read on without doubles or holes, also while something happens', async () => {
  fill(1, 120);
  await open();
  expect(ids()).toHaveLength(50);
  list.more();
  await settle();
  await happens(line(121));
  list.more();
  await settle();
  expect(ids()).toEqual(Array.from({ length: 121 }, (_, at) => `a${121 - at}`));
  expect(list.store.getState().hasMore).toBe(false);
});

test('where more has happened than a page holds, it begins anew', async () => {
  fill(1, 10);
  await open();
  fill(1, 200);
  handler.onReady?.({ epoch: 'e', seq: 9 });
  await settle();
  expect(ids()).toHaveLength(50);
  list.more();
  await settle();
  expect(ids()).toEqual(Array.from({ length: 100 }, (_, at) => `a${200 - at}`));
});

test('a flood of events is read once a second', async () => {
  await open();
  asked = [];
  for (let at = 0; at < 200; at += 1) {
    handler.onEvent?.(logged(at + 1));
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(asked.length).toBeLessThanOrEqual(3);
});

test('what could not be read is said, and read again', async () => {
  fails = true;
  fill(1, 1);
  await open();
  expect(list.store.getState()).toMatchObject({ loading: false, loaded: false });
  expect(list.store.getState().error).toBeInstanceOf(Error);
  fails = false;
  list.retry();
  await settle();
  expect(list.store.getState()).toMatchObject({ loaded: true, error: null });
});

test('what is filtered is asked for so, and a list that was left asks no more', async () => {
  list = new ActivityList({ rest: { get: answer }, subscribe: () => () => undefined } as never, {
    project: 'p',
    user: 'ada',
    kind: 'comment',
  });
  list.follow();
  list.retry();
  await settle();
  expect(asked[0]).toContain('user=ada&kind=comment');
});

test('a list that was left is not changed any more', async () => {
  fill(1, 1);
  const leave = await open();
  handler.onEvent?.(logged(1));
  leave();
  asked = [];
  await settle();
  expect([asked, left]).toEqual([[], true]);
});
