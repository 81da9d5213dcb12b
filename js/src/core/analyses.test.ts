import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { Analyses } from './analyses.js';
import type { Connection } from './connection.js';
import { Conversation } from './conversation.js';
import type { Analysis, DetectorState, Issue, ServerFrame } from './protocol.js';
import { RestError } from './rest.js';
import { analysis, FakeServer, issue, pinned, welcome } from './testing.js';

const RUN = 'r';
const ROOM = `analysis:${RUN}`;
const NONE = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };

let server: FakeServer;
let conversation: Conversation;
let status: Connection['store'];
let rest: Record<'get' | 'post' | 'delete', ReturnType<typeof vi.fn>>;
let analyses: Analyses;
let told: number;

/** A connection that is online, to a server in memory. */
function connect(): void {
  const receive = (frame: ServerFrame) => conversation.receive(frame);
  server = new FakeServer(receive);
  conversation = new Conversation({
    send: frame => server.receive(frame),
    settled: () => {},
    later: () => {},
    unsent: () => {},
    token: () => null,
  });
  receive(welcome());
  status = createStore(() => ({ status: 'online' })) as unknown as Connection['store'];
  rest = { get: vi.fn(), post: vi.fn(), delete: vi.fn() };
  const subscribe = conversation.subscribe.bind(conversation);
  analyses = new Analyses({ store: status, rest, subscribe } as unknown as Connection);
  told = 0;
  analyses.store.subscribe(() => {
    told += 1;
  });
}

const frame = () => vi.advanceTimersByTimeAsync(20);
const view = (run = RUN) => analyses.store.getState().runs[run];
const ids = () => view()?.issues.map(({ id }) => id);

function found(...issues: Issue[]): void {
  const data = { analysis: RUN, detector: 'types', issues };
  server.append(ROOM, { event: 'analysis:issues', data });
}

function started(more: Partial<Analysis> = {}): void {
  server.append(ROOM, { event: 'analysis:started', data: analysis(RUN, more) });
}

function progress(room: string, data: Analysis): void {
  conversation.receive({ type: 'state', room, ...pinned('analysis:progress', data.id, data) });
}

beforeEach(() => {
  vi.useFakeTimers();
  connect();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a project', () => {
  test('shows the runs on its board and those that others start, the newest first', async () => {
    const older = analysis('older', { started: '2026-11-23T09:00:00.000Z' });
    server.log('project:p').board.push(pinned('analysis:progress', 'older', older));
    analyses.followProject('p');
    await frame();
    expect(analyses.store.getState().order).toEqual(['older']);

    server.append('project:p', { event: 'analysis:started', data: analysis('newer') });
    progress('project:p', analysis('queued', { state: 'queued', started: null }));
    await frame();
    expect(analyses.store.getState().order).toEqual(['queued', 'newer', 'older']);
    progress('project:p', analysis('newer', { progress: 0.5 }));
    progress('project:p', analysis('newer', { progress: 0.4 }));
    await frame();
    expect(view('newer')?.analysis.progress).toBe(0.5);
  });

  test('shows a run no more that was dismissed', async () => {
    analyses.followProject('p');
    server.append('project:p', { event: 'analysis:started', data: analysis('a') });
    server.append('project:p', { event: 'analysis:started', data: analysis('b') });
    analyses.dismiss('a');
    await frame();
    expect(analyses.store.getState().order).toEqual(['b']);
    server.append('project:p', { event: 'analysis:complete', data: analysis('a') });
    await frame();
    expect(analyses.store.getState().order).toEqual(['b']);
  });
});

describe('a run that is followed', () => {
  test('has all issues in order, each once, from its start', async () => {
    started();
    found(issue('1'), issue('2'));
    analyses.follow(RUN);
    await frame();
    expect(view()).toMatchObject({ complete: true, stale: false, error: null });
    found(issue('2'), issue('3'));
    await frame();
    expect(ids()).toEqual(['1', '2', '3']);
    expect(rest.get).not.toHaveBeenCalled();
  });

  test('is followed until the last follower leaves', async () => {
    started();
    const leave = analyses.follow(RUN);
    const leaveToo = analyses.follow(RUN);
    leave();
    leave();
    found(issue('1'));
    await frame();
    expect(ids()).toEqual(['1']);
    leaveToo();
    expect(server.heard.map(({ type }) => type)).toEqual(['subscribe', 'unsubscribe']);
  });

  test('has lanes that move, from the board, from states and from the log', async () => {
    const lane: DetectorState = {
      name: 'types',
      state: 'queued',
      done: 0,
      total: 4,
      unit: 'files',
      issues: 0,
      error: null,
    };
    const running = { ...lane, state: 'running' as const, done: 1 };
    started({ detectors: [lane] });
    server
      .log(ROOM)
      .board.push(pinned('analysis:detector:progress', 'r/types', { ...running, analysis: RUN }));
    analyses.follow(RUN);
    await frame();
    expect(view()?.analysis.detectors).toMatchObject([{ state: 'running', done: 1 }]);
    const done = { ...lane, state: 'succeeded' as const, done: 4, analysis: RUN };
    server.append(ROOM, { event: 'analysis:detector:complete', data: done });
    await frame();
    expect(view()?.analysis.detectors).toMatchObject([{ state: 'succeeded', done: 4 }]);
  });

  test.each(['analysis:complete', 'analysis:error', 'analysis:cancelled'] as const)(
    'is over after %s',
    async event => {
      started();
      analyses.follow(RUN);
      server.append(ROOM, { event, data: analysis(RUN, { state: 'failed', error: 'Why.' }) });
      await frame();
      expect(view()?.analysis).toMatchObject({ state: 'failed', error: 'Why.' });
    },
  );

  test('says that it may be old while the connection is down', async () => {
    started();
    analyses.follow(RUN);
    await frame();
    status.setState({ status: 'offline' });
    await frame();
    expect(view()?.stale).toBe(true);
    status.setState({ status: 'online' });
    await frame();
    expect(view()?.stale).toBe(false);
  });

  test('tells views once a frame, with the same list while it is the same', async () => {
    started();
    analyses.follow(RUN);
    await frame();
    told = 0;
    for (let batch = 0; batch < 100; batch += 1) {
      found(...Array.from({ length: 100 }, (_, index) => issue(`${batch}-${index}`)));
    }
    await frame();
    expect(told).toBe(1);
    expect(view()?.issues).toHaveLength(10_000);
    const before = view()?.issues;
    progress(ROOM, analysis(RUN, { progress: 0.9 }));
    await frame();
    expect(view()?.analysis.progress).toBe(0.9);
    expect(view()?.issues).toBe(before);
  });

  test('says why it can not be followed', async () => {
    const receive = vi.spyOn(server, 'receive').mockImplementation(({ id }) => {
      const body = {
        code: 'forbidden',
        message: 'Not yours.',
        retryable: false,
        retry_after: null,
      };
      conversation.receive({ type: 'error', id, ...body });
    });
    rest.post.mockResolvedValue(analysis(RUN));
    await analyses.start({ paths: ['.'] });
    receive.mockClear();
    analyses.follow(RUN);
    await frame();
    expect(view()).toMatchObject({ complete: false, error: 'Not yours.' });
  });
});

describe('a run whose log is not the whole story', () => {
  function restKnows(run: Analysis, ...pages: Issue[][]): void {
    rest.get.mockImplementation(async (path: string) => {
      if (!path.includes('/issues')) {
        return run;
      }
      const number = Number(/cursor=(\d+)/.exec(path)?.[1] ?? 0);
      const next = number + 1 < pages.length ? String(number + 1) : null;
      return { items: pages[number] ?? [], next };
    });
  }

  test('that nobody told of comes from REST, page by page', async () => {
    server.log(ROOM).events = [];
    restKnows(analysis(RUN, { state: 'succeeded' }), [issue('1')], [issue('2')]);
    analyses.follow(RUN);
    await frame();
    expect(ids()).toEqual(['1', '2']);
    expect(view()).toMatchObject({ complete: true, analysis: { state: 'succeeded' } });
  });

  test('whose log was pruned comes from REST', async () => {
    const over = analysis(RUN, { state: 'succeeded', counts: { ...NONE, low: 2 } });
    server.append(ROOM);
    found(issue('2'));
    server.append(ROOM, { event: 'analysis:complete', data: over });
    server.log(ROOM).pruned = 1;
    restKnows(over, [issue('1'), issue('2')]);
    analyses.follow(RUN);
    await frame();
    expect(ids()).toEqual(['1', '2']);
  });

  test('that was lost comes from REST, with what arrives meanwhile behind it', async () => {
    started();
    found(issue('gone'), issue('1'));
    analyses.follow(RUN);
    await frame();
    conversation.closed();
    server.lose(ROOM);
    let answer = (_page: { items: Issue[]; next: null }) => {};
    rest.get.mockImplementation(async (path: string) =>
      path.includes('/issues')
        ? new Promise(resolve => {
            answer = resolve;
          })
        : analysis(RUN),
    );
    conversation.receive(welcome());
    await frame();
    expect(view()?.complete).toBe(false);
    found(issue('1'), issue('2'));
    answer({ items: [issue('0'), issue('1')], next: null });
    await frame();
    expect(ids()).toEqual(['0', '1', '2']);
    expect(view()?.complete).toBe(true);
  });

  test('is asked for again where the server says that this may help', async () => {
    rest.get.mockRejectedValueOnce(
      new RestError(503, {
        code: 'unavailable',
        message: 'Later.',
        retryable: true,
        retry_after: 2,
      }),
    );
    analyses.follow(RUN);
    await frame();
    restKnows(analysis(RUN), [issue('1')]);
    await vi.advanceTimersByTimeAsync(2000);
    await frame();
    expect(ids()).toEqual(['1']);
  });

  test('is not asked for again where the server has no such run', async () => {
    rest.get.mockRejectedValue(
      new RestError(404, {
        code: 'not_found',
        message: 'No.',
        retryable: false,
        retry_after: null,
      }),
    );
    analyses.follow(RUN);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(rest.get).toHaveBeenCalledOnce();
    expect(view()).toBeUndefined();
  });
});

describe('a person', () => {
  beforeEach(async () => {
    rest.post.mockResolvedValue(analysis(RUN, { state: 'queued' }));
    expect(await analyses.start({ paths: ['a.ipynb'], project: 'p' })).toBe(RUN);
  });

  test('starts a run, and sees it at once', () => {
    expect(rest.post).toHaveBeenCalledExactlyOnceWith('analyses', {
      paths: ['a.ipynb'],
      project: 'p',
    });
    expect(analyses.store.getState().order).toEqual([RUN]);
  });

  test('cancels it, and sees that at once', async () => {
    rest.delete.mockReturnValue(new Promise(() => {}));
    void analyses.cancel(RUN);
    await frame();
    expect(view()?.analysis.state).toBe('cancelling');
    analyses.follow(RUN);
    started();
    await frame();
    expect(view()?.analysis.state).toBe('cancelling');
    server.append(ROOM, {
      event: 'analysis:cancelled',
      data: analysis(RUN, { state: 'cancelled' }),
    });
    await frame();
    expect(view()?.analysis.state).toBe('cancelled');
  });

  test('sees a cancel taken back that did not get there, and why', async () => {
    rest.delete.mockRejectedValue(new Error('No answer.'));
    await expect(analyses.cancel(RUN)).rejects.toThrow('No answer.');
    await frame();
    expect(view()?.analysis.state).toBe('queued');
  });

  test('hears nothing of a cancel that came too late', async () => {
    analyses.follow(RUN);
    rest.delete.mockImplementation(async () => {
      started({ state: 'succeeded' });
      throw new RestError(409, {
        code: 'conflict',
        message: 'It is over.',
        retryable: false,
        retry_after: null,
      });
    });
    await analyses.cancel(RUN);
    await frame();
    expect(view()).toMatchObject({ analysis: { state: 'succeeded' }, error: null });
  });

  test('sees that somebody else cancels', async () => {
    analyses.follow(RUN);
    server.append(ROOM, { event: 'analysis:cancel-requested', data: { analysis: RUN } });
    await frame();
    expect(view()?.analysis.state).toBe('cancelling');
  });
});
