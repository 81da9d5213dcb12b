import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';

import type { ConnectionState } from './connection-state.js';
import { RestError } from './rest.js';
import type { RoomHandler } from './room-handler.js';
import { ADA, BOB, makeComment as comment, logged, makeThread as thread } from './testing.js';
import { isPending, keyOf, type OwnThread, type ThreadQuery, Threads } from './threads.js';

const DOCUMENT: ThreadQuery = { document: 'd' };
const OPEN: ThreadQuery = { project: 'p', filter: 'open' };
const NO = new RestError(403, {
  ...{ code: 'forbidden', message: 'No.', retryable: false, retry_after: null },
});
const PLACE = {
  ...{ document: 'd', cell_id: 'c1', cell_index: 0, source: 'a = 1\nb = 2', start: 0, end: 5 },
};

let handler: RoomHandler;
let seq: number;
/** The server's side. */
let rows: Map<string, OwnThread>;
let threads: Threads;
let rest: Record<'get' | 'post' | 'put' | 'patch' | 'delete', ReturnType<typeof vi.fn>>;

function happen(event: string, data: unknown, actor = BOB): void {
  seq += 1;
  const time = new Date(Date.UTC(2026, 10, 23, 11, 0, seq)).toISOString();
  handler.onEvent?.({ ...logged(seq, { event, data } as never), actor, time });
}

const frame = () => vi.advanceTimersByTimeAsync(20);
const list = (query: ThreadQuery = DOCUMENT) => threads.store.getState().lists[keyOf(query)];
const ids = (query: ThreadQuery = DOCUMENT) => list(query)?.items.map(({ id }) => id);
const shown = (id: string, query: ThreadQuery = DOCUMENT) =>
  list(query)?.items.find(one => one.id === id);
const bodies = (id: string) => shown(id)?.comments.map(({ body }) => body);

/** Hold an answer back; returns how to let it go. */
function held(of: keyof typeof rest): () => void {
  let go = () => {};
  const answer = rest[of].getMockImplementation() as (...all: unknown[]) => unknown;
  rest[of].mockImplementationOnce(async (...all: unknown[]) => {
    const made = await answer(...all);
    await new Promise<void>(resolve => {
      go = resolve;
    });
    return made;
  });
  return () => go();
}

async function opened(query: ThreadQuery = DOCUMENT): Promise<() => void> {
  const close = threads.open('p', query);
  handler.onReady?.({ epoch: 'one', seq });
  await frame();
  return close;
}

beforeEach(async () => {
  vi.useFakeTimers();
  seq = 0;
  rows = new Map([
    ['t', thread('t')],
    ['u', thread('u', { anchor: { ...thread('u').anchor, start: 6, end: 11 } })],
  ]);
  rest = {
    get: vi.fn(async (path: string) => {
      if (path.startsWith('threads?')) {
        const asked = new URLSearchParams(path.split('?')[1]);
        const from = Number(asked.get('cursor') ?? 0);
        const items = [...rows.values()].slice(from, from + 2);
        return { items, next: from + 2 < rows.size ? String(from + 2) : null };
      }
      return path === 'projects/p' ? { role: 'member' } : rows.get(path.split('/')[1] ?? '');
    }),
    post: vi.fn(async (path: string, { body }: { body?: string }) => {
      const [, id = '', verb] = path.split('/');
      if (verb === 'comments') {
        return comment('mine', { author: ADA, body: body ?? '' });
      }
      if (verb === 'read') {
        return { unread: 0 };
      }
      if (verb === 'resolve' || verb === 'reopen') {
        const state = verb === 'resolve' ? ('resolved' as const) : ('open' as const);
        return { ...(rows.get(id) as OwnThread), state };
      }
      return thread('new', { comments: [comment('first', { author: ADA, body: body ?? '' })] });
    }),
    put: vi.fn(),
    patch: vi.fn(),
    delete: vi.fn(),
  };
  const store = createStore(() => ({ status: 'online', user: ADA }) as unknown as ConnectionState);
  threads = new Threads({
    store,
    rest,
    subscribe: (_: string, given: RoomHandler) => {
      handler = given;
      return () => {};
    },
  } as never);
});

afterEach(() => {
  vi.useRealTimers();
});

describe('what is there', () => {
  test('all threads of a document are loaded, in the order of its code', async () => {
    rows.set('v', thread('v', { anchor: { ...thread('v').anchor, start: 2, end: 3 } }));
    rows.set('lost', thread('lost', { anchor: { ...thread('x').anchor, status: 'orphaned' } }));
    await opened();
    expect(ids()).toEqual(['t', 'v', 'u', 'lost']);
    expect(list()).toMatchObject({ loaded: true, more: false, error: null });
  });

  test('a list that can’t be loaded says why, and is loaded when it is asked for again', async () => {
    rest.get.mockRejectedValueOnce(NO);
    await opened();
    expect(list()).toMatchObject({ loaded: false, error: NO });
    threads.retry(DOCUMENT);
    await frame();
    expect(ids()).toEqual(['t', 'u']);
  });

  test('an answer that is older than an event does not undo it', async () => {
    threads.open('p', DOCUMENT);
    const go = held('get');
    handler.onReady?.({ epoch: 'one', seq: 0 });
    await frame();
    happen('thread:resolved', { document: 'd', thread: 't', reason: 'person' });
    go();
    await frame();
    expect(shown('t')).toMatchObject({ state: 'resolved', resolved: { by: { name: 'bob' } } });
  });

  test('a project is loaded page by page', async () => {
    for (const id of ['v', 'w']) {
      rows.set(id, thread(id));
    }
    await opened(OPEN);
    expect(list(OPEN)).toMatchObject({ more: true });
    threads.more(OPEN);
    await frame();
    expect(ids(OPEN)?.length).toBe(4);
    expect(list(OPEN)).toMatchObject({ more: false });
  });
});

describe('what others do', () => {
  test('a change of members asks anew what one may', async () => {
    await opened();
    expect(threads.store.getState().roles).toEqual({ p: 'member' });
    rest.get.mockResolvedValueOnce({ role: 'viewer' });
    happen('member:changed', { user: 'ada', role: 'viewer' });
    await frame();
    expect(threads.store.getState().roles).toEqual({ p: 'viewer' });
  });

  test('a comment arrives once, and is unread', async () => {
    await opened();
    const data = { document: 'd', thread: 't', comment: comment('t2'), opens: null };
    happen('comment:created', data);
    happen('comment:created', data);
    await frame();
    expect(bodies('t')).toEqual(['Body t1', 'Body t2']);
    expect(shown('t')?.unread).toBe(1);
  });

  test('a thread that somebody begins comes into the lists that it fits', async () => {
    const other: ThreadQuery = { project: 'p', filter: 'resolved' };
    await opened();
    threads.open('p', other);
    const begins = thread('x');
    const [first] = begins.comments;
    happen('comment:created', { document: 'd', thread: 'x', comment: first, opens: begins });
    await frame();
    expect(ids()).toContain('x');
    expect(shown('x')?.unread).toBe(1);
  });

  test('edits, tombstones and reactions show', async () => {
    await opened();
    happen('comment:edited', {
      ...{ document: 'd', thread: 't', comment: comment('t1', { body: 'Better' }) },
    });
    const reactions = [{ emoji: '👍', users: [BOB] }];
    happen('reaction:changed', { document: 'd', thread: 't', comment: 't1', reactions });
    await frame();
    expect(shown('t')?.comments[0]).toMatchObject({ body: 'Better', reactions });
    happen('comment:deleted', {
      ...{ document: 'd', thread: 't', comment: comment('t1', { body: '', deleted: true }) },
    });
    await frame();
    expect(shown('t')?.comments[0]).toMatchObject({ body: '', deleted: true });
  });

  test('threads that stand elsewhere now are loaded again', async () => {
    await opened();
    rows.set('t', thread('t', { anchor: { ...thread('t').anchor, status: 'moved', start: 7 } }));
    happen('project:update', { kind: 'anchors', path: 'a.ipynb', old_path: null });
    await vi.advanceTimersByTimeAsync(200);
    expect(shown('t')?.anchor).toMatchObject({ status: 'moved', start: 7 });
  });

  test('also one that was begun since the list was loaded', async () => {
    rows.clear();
    await opened();
    rows.set('x', thread('x'));
    const [first] = thread('x').comments;
    happen('comment:created', { document: 'd', thread: 'x', comment: first, opens: thread('x') });
    rows.set('x', thread('x', { anchor: { ...thread('x').anchor, status: 'orphaned' } }));
    happen('project:update', { kind: 'anchors', path: 'a.ipynb', old_path: null });
    await vi.advanceTimersByTimeAsync(200);
    expect(shown('x')?.anchor.status).toBe('orphaned');
  });

  test('threads about issues are loaded again when a run is over, and only they', async () => {
    await opened();
    rows.set('t', thread('t', { issue: 'f', issue_state: 'fixed' }));
    happen('analysis:complete', {});
    await vi.advanceTimersByTimeAsync(200);
    expect(shown('t')?.issue_state).toBeUndefined();
    rows.set('t', thread('t', { issue: 'f', issue_state: 'open' }));
    happen('project:update', { kind: 'anchors', path: 'a.ipynb', old_path: null });
    await vi.advanceTimersByTimeAsync(200);
    rows.set('t', thread('t', { issue: 'f', issue_state: 'fixed' }));
    happen('analysis:complete', {});
    await vi.advanceTimersByTimeAsync(200);
    expect(shown('t')?.issue_state).toBe('fixed');
  });

  test('a renamed folder takes its threads along', async () => {
    rows.set('t', thread('t', { path: 'old/a.ipynb' }));
    await opened();
    happen('project:update', { kind: 'renamed', path: 'new', old_path: 'old' });
    await frame();
    expect(shown('t')?.path).toBe('new/a.ipynb');
  });
});

describe('what I write', () => {
  test('an answer shows at once, and once, whichever comes first', async () => {
    await opened();
    const go = held('post');
    const sent = threads.reply('t', 'Hello');
    await frame();
    expect(bodies('t')).toEqual(['Body t1', 'Hello']);
    expect(shown('t')?.comments.filter(({ id }) => isPending(id))).toHaveLength(1);
    // Its event comes before the answer.
    const mine = comment('mine', { author: ADA, body: 'Hello' });
    happen('comment:created', { document: 'd', thread: 't', comment: mine, opens: null }, ADA);
    await frame();
    expect(bodies('t')).toEqual(['Body t1', 'Hello']);
    go();
    await sent;
    await frame();
    expect(shown('t')?.comments.map(({ id }) => id)).toEqual(['t1', 'mine']);
    expect(shown('t')?.unread).toBe(0);
  });

  test('a refused answer goes, and says why to whoever sent it', async () => {
    await opened();
    rest.post.mockRejectedValueOnce(NO);
    await expect(threads.reply('t', 'Hello')).rejects.toBe(NO);
    await frame();
    expect(bodies('t')).toEqual(['Body t1']);
  });

  test('a thread shows at once, and once, whichever comes first', async () => {
    await opened();
    const go = held('post');
    const sent = threads.begin('p', PLACE, 'Why 1?');
    await frame();
    expect(ids()?.filter(isPending)).toHaveLength(1);
    const made = thread('new', { comments: [comment('first', { author: ADA, body: 'Why 1?' })] });
    const data = { document: 'd', thread: 'new', comment: made.comments[0], opens: made };
    happen('comment:created', data, ADA);
    await frame();
    expect(ids()).toHaveLength(3);
    go();
    expect((await sent).id).toBe('new');
    await frame();
    expect(ids()).toEqual(expect.arrayContaining(['t', 'u', 'new']));
    expect(ids()).toHaveLength(3);
  });

  test('what a lost answer has kept is shown by its event', async () => {
    await opened();
    rest.post.mockImplementationOnce(async () => {
      const mine = comment('mine', { author: ADA, body: 'Hello' });
      happen('comment:created', { document: 'd', thread: 't', comment: mine, opens: null }, ADA);
      throw new Error('The line was cut.');
    });
    await expect(threads.reply('t', 'Hello', 'key')).rejects.toThrow('cut');
    await frame();
    expect(bodies('t')).toEqual(['Body t1', 'Hello']);
    // Sent again by the same key it is the same comment.
    await threads.reply('t', 'Hello', 'key');
    await frame();
    expect(bodies('t')).toEqual(['Body t1', 'Hello']);
    expect(rest.post).toHaveBeenLastCalledWith('threads/t/comments', { body: 'Hello', key: 'key' });
  });

  test('an edit that is refused gives the old text back', async () => {
    rows.set('t', thread('t', { comments: [comment('t1', { author: ADA })] }));
    await opened();
    let refuse: (error: unknown) => void = () => {};
    rest.patch.mockImplementationOnce(
      () =>
        new Promise((_, no) => {
          refuse = no;
        }),
    );
    const sent = threads.edit('t', 't1', 'New');
    await frame();
    expect(bodies('t')).toEqual(['New']);
    refuse(NO);
    await expect(sent).rejects.toBe(NO);
    await frame();
    expect(bodies('t')).toEqual(['Body t1']);
  });

  test('a refused resolution is taken back and can be tried again', async () => {
    await opened();
    rest.post.mockRejectedValueOnce(NO);
    const done = threads.resolve('t');
    await frame();
    expect(await done).toBe(false);
    await frame();
    expect(shown('t')?.state).toBe('open');
    const { refused } = threads.store.getState();
    expect(refused).toMatchObject({ thread: 't', verb: 'resolve', error: NO });
    refused?.retry();
    await frame();
    expect(shown('t')?.state).toBe('resolved');
    expect(threads.store.getState().refused).toBeNull();
  });

  test('what was resolved in a list stays in it, so that nothing goes from under the hand', async () => {
    await opened(OPEN);
    await threads.resolve('t');
    await frame();
    expect(shown('t', OPEN)?.state).toBe('resolved');
  });

  test('a deleted comment is a tombstone, and can be brought back', async () => {
    rows.set('t', thread('t', { comments: [comment('t1', { author: ADA })] }));
    await opened();
    rest.delete.mockResolvedValueOnce(comment('t1', { author: ADA, body: '', deleted: true }));
    await threads.remove('t', 't1');
    await frame();
    expect(shown('t')?.comments[0]?.deleted).toBe(true);
    expect(threads.store.getState().restorable.has('t1')).toBe(true);
    rest.put.mockResolvedValueOnce(comment('t1', { author: ADA }));
    await threads.restore('t', 't1');
    await frame();
    expect(bodies('t')).toEqual(['Body t1']);
    expect(threads.store.getState().restorable.size).toBe(0);
  });

  test('a reaction shows at once', async () => {
    await opened();
    rest.post.mockResolvedValueOnce(
      comment('t1', { reactions: [{ emoji: '🎉', users: [BOB, ADA] }] }),
    );
    const done = threads.react('t', 't1', '🎉', true);
    await frame();
    await done;
    await frame();
    expect(shown('t')?.comments[0]?.reactions).toEqual([{ emoji: '🎉', users: [BOB, ADA] }]);
  });

  test('what was looked at is read up to its last comment', async () => {
    rows.set('t', thread('t', { unread: 1 }));
    await opened();
    await threads.looked('t');
    await frame();
    expect(rest.post).toHaveBeenCalledWith('threads/t/read', { up_to: 't1' });
    expect(shown('t')?.unread).toBe(0);
    await threads.looked('t');
    expect(rest.post).toHaveBeenCalledTimes(1);
  });
});
