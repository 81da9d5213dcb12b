import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Conversation } from './conversation.js';
import type { RoomQuestion } from './polled-room.js';
import { POLLING_FEATURES, PollingWire } from './polling-wire.js';
import type { LoggedEvent, ServerFrame } from './protocol.js';
import { Rest, RestError, Unreachable } from './rest.js';
import { ADA, FakeServer, pinned } from './testing.js';

const ROOM = 'project:p';
const OTHER = 'analysis:r';
const LATER = { code: 'rate_limited', message: 'Later.', retryable: true, retry_after: 3 };
const NO = { code: 'forbidden', message: 'No.', retryable: false, retry_after: null };

interface Asked {
  path: string;
  body: {
    rooms: Record<string, RoomQuestion>;
    boards: Record<string, number>;
    session: string;
  } & Record<string, unknown>;
  signal: AbortSignal | undefined;
  answer(body: unknown, status?: number): Promise<void>;
  fail(): Promise<void>;
}

/** What was asked by HTTP and waits for an answer. */
let open: Asked[];
let all: Asked[];
let server: FakeServer;
let conversation: Conversation;
let wire: PollingWire;
let ended: ReturnType<typeof vi.fn<(error: unknown) => void>>;
let heard: ServerFrame[];
let later: (() => void)[];

const settle = () => vi.advanceTimersByTimeAsync(0);

const fetched = (address: RequestInfo | URL, init?: RequestInit) =>
  new Promise<Response>((resolve, reject) => {
    const after = (act: () => void) => () => {
      open = open.filter(one => one !== asked);
      act();
      return settle().then(() => {});
    };
    const asked: Asked = {
      path: String(address).split('/api/v1/')[1] ?? '',
      body: JSON.parse(String(init?.body ?? '{}')),
      signal: init?.signal ?? undefined,
      answer: (body, status = 200) =>
        after(() => resolve(new Response(JSON.stringify(body), { status })))(),
      fail: after(() => reject(new TypeError('Failed to fetch'))),
    };
    init?.signal?.addEventListener('abort', () => {
      open = open.filter(one => one !== asked);
      reject(new DOMException('aborted', 'AbortError'));
    });
    open.push(asked);
    all.push(asked);
  });

function asked(path: string): Asked {
  const [found] = open.filter(one => one.path === path);
  expect(found, `${path} of ${open.map(one => one.path)}`).toBeDefined();
  return found as Asked;
}

const polls = () => all.filter(({ path }) => path === 'poll');
const poll = () => asked('poll').answer(server.poll(asked('poll').body.rooms));
const nextPoll = () => vi.advanceTimersByTimeAsync(200).then(poll);

function recorder() {
  const seqs: number[] = [];
  return {
    seqs,
    onEvent: (event: LoggedEvent) => void seqs.push(event.seq),
    onState: vi.fn(),
    onBoard: vi.fn(),
    onLost: vi.fn(),
    onReady: vi.fn(),
    onError: vi.fn(),
  };
}

async function begin(): Promise<void> {
  const user = wire.open();
  await asked('me').answer({ user: ADA, kind: ADA.kind, via: ADA.via, scopes: null });
  await user;
  conversation.begin({ answer: false, features: POLLING_FEATURES });
  await settle();
}

async function follow(): Promise<void> {
  conversation.subscribe(ROOM, recorder(), undefined);
  await begin();
}

beforeEach(() => {
  vi.useFakeTimers();
  [open, all, heard, later] = [[], [], [], []];
  ended = vi.fn<(error: unknown) => void>();
  server = new FakeServer(() => {}, 3);
  const rest = new Rest({ prefix: 'http://x/realtime/', fetch: fetched as typeof fetch });
  wire = new PollingWire(rest, {
    heard: frame => {
      heard.push(frame);
      conversation.receive(frame);
    },
    ended,
  });
  conversation = new Conversation({
    send: frame => wire.send(frame),
    settled: () => {},
    later: (_seconds, retry) => later.push(retry),
    unsent: () => {},
    token: () => null,
  });
});

afterEach(() => {
  wire.close();
  vi.useRealTimers();
});

describe('a room that is polled', () => {
  test('is told of its past page by page, then of what is new, each once', async () => {
    const handler = recorder();
    for (let seq = 1; seq <= 7; seq += 1) {
      server.append(ROOM);
    }
    conversation.subscribe(ROOM, handler, 'earliest');
    await begin();
    expect(asked('poll').body.rooms).toEqual({ [ROOM]: 'earliest' });
    for (let page = 0; page < 3; page += 1) {
      await poll();
    }
    expect(handler.seqs).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(handler.onReady).toHaveBeenCalledOnce();

    server.append(ROOM);
    await nextPoll();
    expect(handler.seqs.at(-1)).toBe(8);
    expect(polls().at(-1)?.body.rooms).toEqual({ [ROOM]: { epoch: 'one', seq: 7, id: 'e7' } });
    await nextPoll();
    expect(handler.seqs).toHaveLength(8);
    expect(handler.onReady).toHaveBeenCalledOnce();
  });

  test('is followed from now on without an origin', async () => {
    const handler = recorder();
    server.append(ROOM);
    conversation.subscribe(ROOM, handler, undefined);
    await begin();
    expect(asked('poll').body.rooms).toEqual({ [ROOM]: null });
    await poll();
    server.append(ROOM);
    await nextPoll();
    expect(handler.seqs).toEqual([2]);
  });

  test('that has run far ahead is read page by page', async () => {
    const handler = recorder();
    conversation.subscribe(ROOM, handler, 'earliest');
    await begin();
    await poll();
    for (let seq = 1; seq <= 5; seq += 1) {
      server.append(ROOM);
    }
    await nextPoll();
    await poll();
    await poll();
    expect(handler.seqs).toEqual([1, 2, 3, 4, 5]);
  });

  test('hands over its board, then what has changed on it', async () => {
    const handler = recorder();
    server.pin(ROOM, pinned('progress:a', 'k', 1), pinned('progress:b', 'k', 1));
    conversation.subscribe(ROOM, handler, undefined);
    await begin();
    expect(asked('poll').body.boards).toEqual({});
    await poll();
    expect(handler.onBoard).toHaveBeenCalledExactlyOnceWith([
      pinned('progress:a', 'k', 1),
      pinned('progress:b', 'k', 1),
    ]);
    server.pin(ROOM, pinned('progress:a', 'k', 2));
    await nextPoll();
    expect(polls().at(-1)?.body.boards).toEqual({ [ROOM]: 2 });
    expect(handler.onState.mock.calls).toEqual([
      [pinned('progress:b', 'k', null)],
      [pinned('progress:a', 'k', 2)],
    ]);
    expect(handler.onBoard).toHaveBeenCalledOnce();
  });

  test('keeps its board where an answer leaves it out, as it is of the known version', async () => {
    const handler = recorder();
    server.pin(ROOM, pinned('progress:a', 'k', 1));
    conversation.subscribe(ROOM, handler, undefined);
    await begin();
    await poll();
    await vi.advanceTimersByTimeAsync(200);
    const { [ROOM]: whole } = server.poll(asked('poll').body.rooms).rooms;
    await asked('poll').answer({ rooms: { [ROOM]: { ...whole, states: [] } } });
    expect(handler.onState).not.toHaveBeenCalled();
    const late = recorder();
    conversation.subscribe(ROOM, late, undefined);
    expect(late.onBoard).toHaveBeenCalledExactlyOnceWith([pinned('progress:a', 'k', 1)]);
  });

  test('whose log was lost says so, and goes on', async () => {
    const handler = recorder();
    server.append(ROOM);
    conversation.subscribe(ROOM, handler, 'earliest');
    await begin();
    await poll();
    server.lose(ROOM);
    await nextPoll();
    await poll();
    expect(handler.onLost).toHaveBeenCalledOnce();
    server.append(ROOM);
    await nextPoll();
    expect(handler.seqs).toEqual([1, 1]);
  });

  test('that leaves something out for us goes on behind it', async () => {
    const handler = recorder();
    conversation.subscribe(ROOM, handler, 'earliest');
    await begin();
    await poll();
    for (let seq = 1; seq <= 3; seq += 1) {
      server.append(ROOM);
    }
    const { [ROOM]: whole } = server.poll({ [ROOM]: { epoch: 'one', seq: 0 } }).rooms;
    const censored = { rooms: { [ROOM]: { ...whole, events: whole?.events.slice(2) } } };
    await vi.advanceTimersByTimeAsync(200);
    await asked('poll').answer(censored);
    await asked('poll').answer(censored);
    expect(handler.seqs).toEqual([3]);
    await nextPoll();
    expect(handler.seqs).toEqual([3]);
  });

  test('that is refused says why, and is asked for no more', async () => {
    const handler = recorder();
    conversation.subscribe(ROOM, handler, undefined);
    await begin();
    await asked('poll').answer({ rooms: { [ROOM]: { error: NO } } });
    expect(handler.onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining(NO));
    await vi.advanceTimersByTimeAsync(200);
    expect(open.map(({ path }) => path)).toEqual(['me']);
  });

  test('that may be read no longer says why', async () => {
    const handler = recorder();
    conversation.subscribe(ROOM, handler, undefined);
    await begin();
    await poll();
    await vi.advanceTimersByTimeAsync(200);
    await asked('poll').answer({ rooms: { [ROOM]: { error: NO } } });
    expect(handler.onError).not.toHaveBeenCalled();
    await asked('poll').answer({ rooms: { [ROOM]: { error: NO } } });
    expect(handler.onError).toHaveBeenCalledOnce();
  });

  test('is asked for anew while another answer is on its way to somebody else', async () => {
    const late = recorder();
    server.append(ROOM);
    const early = { ...recorder(), onReady: () => {} };
    conversation.subscribe(OTHER, early, 'earliest');
    conversation.subscribe(ROOM, recorder(), undefined);
    early.onReady = () => void conversation.subscribe(ROOM, late, 'earliest');
    await begin();
    await poll();
    await poll();
    expect(late.seqs).toEqual([1]);
  });
});

describe('a poll', () => {
  test('is one for all rooms, and begins anew when another room is wanted', async () => {
    await follow();
    conversation.subscribe(OTHER, recorder(), undefined);
    await settle();
    expect(open.map(({ path }) => path)).toEqual(['poll']);
    expect(Object.keys(asked('poll').body.rooms)).toEqual([ROOM, OTHER]);
    expect(polls()[0]?.signal?.aborted).toBe(true);
  });

  test('asks no more for a room that was left', async () => {
    const leave = conversation.subscribe(ROOM, recorder(), undefined);
    await begin();
    await poll();
    conversation.subscribe(OTHER, recorder(), undefined);
    leave();
    await settle();
    expect(asked('poll').body.rooms).toEqual({ [OTHER]: null });
  });

  test('is none without a room, but a sign of life is wanted', async () => {
    await begin();
    await asked('me').answer({ user: ADA });
    expect(open).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(20_000);
    await asked('me').fail();
    expect(polls()).toHaveLength(0);
    expect(ended).toHaveBeenCalledOnce();
  });

  test('of nothing but what can not be asked for is refused room by room', async () => {
    const handler = recorder();
    conversation.subscribe('nonsense', handler, undefined);
    await begin();
    const body = { code: 'bad_request', message: 'No room.', retryable: false, retry_after: null };
    await asked('poll').answer(body, 400);
    expect(handler.onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining(body));
    expect(ended).not.toHaveBeenCalled();
  });

  test('that is answered at once is followed by another after a pause', async () => {
    await follow();
    await poll();
    await vi.advanceTimersByTimeAsync(199);
    expect(open).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(open).toHaveLength(1);
  });

  test('is repeated when somebody wants a sign of life', async () => {
    await follow();
    const before = asked('poll');
    conversation.ping();
    await settle();
    expect(before.signal?.aborted).toBe(true);
    expect(asked('poll')).not.toBe(before);
  });

  test('that the server wants later is asked later, and nothing ends', async () => {
    await follow();
    await asked('poll').answer(LATER, 429);
    await vi.advanceTimersByTimeAsync(2999);
    expect(open).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(open).toHaveLength(1);
    expect(ended).not.toHaveBeenCalled();
  });

  test('that finds no server is the end', async () => {
    await follow();
    await asked('poll').fail();
    expect(ended).toHaveBeenCalledExactlyOnceWith(expect.any(Unreachable));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(open).toHaveLength(0);
  });

  test('that is never answered is the end', async () => {
    await follow();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(ended).toHaveBeenCalledOnce();
  });

  test('that is broken off by its end ends nothing', async () => {
    await follow();
    wire.close();
    await settle();
    expect(ended).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('what a page tells', () => {
  test('goes up in its order, with its key and the session', async () => {
    await follow();
    const published = conversation.publish(ROOM, 'custom:x', 1);
    conversation.setState(ROOM, 'progress:x', 'k', 2);
    await settle();
    expect(open.map(({ path }) => path)).toEqual(['poll', 'publish']);
    const publish = asked('publish');
    const key = expect.stringMatching(/^[0-9a-f]{32}$/);
    expect(publish.body).toEqual({ room: ROOM, event: 'custom:x', data: 1, key });
    await publish.answer({ position: { epoch: 'one', seq: 1 } });
    await expect(published).resolves.toEqual({ epoch: 'one', seq: 1 });
    const { session } = asked('poll').body;
    expect(session).toMatch(/^[0-9a-f]{32}$/);
    expect(asked('states').body).toEqual({
      ...{ session, room: ROOM, event: 'progress:x', key: 'k', data: 2 },
    });
    await asked('states').answer({ connection: session });
    expect(ended).not.toHaveBeenCalled();
  });

  test('is the last value of a state, where others have overtaken it', async () => {
    await follow();
    for (const value of [1, 2, 3]) {
      conversation.setState(ROOM, 'progress:x', 'k', value);
    }
    conversation.setState(ROOM, 'progress:y', 'k', 1);
    await settle();
    await asked('states').answer({ connection: 'c' });
    await asked('states').answer({ connection: 'c' });
    const told = all.filter(({ path }) => path === 'states').map(({ body }) => body);
    expect(told).toMatchObject([
      { event: 'progress:x', data: 3 },
      { event: 'progress:y', data: 1 },
    ]);
  });

  test('is told again under its key, where the server wants it later', async () => {
    await begin();
    const published = conversation.publish(ROOM, 'custom:x', 1);
    await settle();
    const first = asked('publish');
    await first.answer(LATER, 429);
    later.splice(0).forEach(retry => {
      retry();
    });
    await settle();
    expect(asked('publish').body).toEqual(first.body);
    await asked('publish').answer({ position: { epoch: 'one', seq: 4 } });
    await expect(published).resolves.toEqual({ epoch: 'one', seq: 4 });
  });

  test('is refused in the words of the server', async () => {
    await begin();
    const published = conversation.publish(ROOM, 'custom:x', 1);
    const refusal = expect(published).rejects.toThrow('No.');
    await settle();
    await asked('publish').answer(NO, 403);
    await refusal;
  });

  test.each(['a cut', 'a bad token'])('ends all by %s', async how => {
    await follow();
    void conversation.publish(ROOM, 'custom:x', 1);
    void conversation.publish(ROOM, 'custom:x', 2);
    await settle();
    await (how === 'a cut' ? asked('publish').fail() : asked('publish').answer({}, 401));
    expect(ended).toHaveBeenCalledOnce();
    expect(open).toHaveLength(0);
  });
});

test('who may not come in is told so', async () => {
  const user = expect(wire.open()).rejects.toThrow(RestError);
  await asked('me').answer({}, 401);
  await user;
  expect(heard).toEqual([]);
});
