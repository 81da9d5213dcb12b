import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Connection } from './connection.js';
import { ADA, FakeServer, FakeSocket, welcome } from './testing.js';

const ROOM = 'project:p';
const HEALTH = { status: 'ok', checks: {}, version: '0.1.0', protocol: 1 };

/** A server behind a proxy that lets no socket through, unless the test does. */
let server: FakeServer;
let connection: Connection;
let down: boolean;
let statuses: Record<string, number>;
let asked: string[];
let seqs: number[];

const state = () => connection.store.getState();
const settle = () => vi.advanceTimersByTimeAsync(0);

const ANSWERS: Record<string, (body: never) => unknown> = {
  health: () => HEALTH,
  me: () => ({ user: ADA, kind: ADA.kind, via: ADA.via, scopes: null }),
  poll: ({ rooms }: { rooms: Parameters<FakeServer['poll']>[0] }) => server.poll(rooms),
  publish: ({ room, ...named }: { room: string; event: 'custom:x'; data: unknown }) => ({
    position: { epoch: 'one', seq: server.append(room, named) },
  }),
};

async function fetched(address: string, init?: RequestInit): Promise<Response> {
  const path = address.split('/api/v1/')[1] ?? '';
  asked.push(path);
  if (down) {
    throw new TypeError('Failed to fetch');
  }
  const status = statuses[path] ?? 200;
  const body =
    status === 200 ? ANSWERS[path]?.(JSON.parse(String(init?.body ?? '{}')) as never) : {};
  return new Response(JSON.stringify(body), { status });
}

async function nextTry(): Promise<void> {
  await vi.advanceTimersByTimeAsync((state().nextTryAt ?? Date.now()) - Date.now());
  await vi.advanceTimersByTimeAsync(1);
}

async function blocked(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    FakeSocket.last.end(1006);
    await nextTry();
  }
}

beforeEach(async () => {
  vi.useFakeTimers();
  FakeSocket.made = 0;
  [down, statuses, asked, seqs] = [false, {}, [], []];
  server = new FakeServer(() => {});
  connection = new Connection({
    prefix: 'https://hub.example/realtime/',
    fetch: fetched as typeof fetch,
    socket: (url, protocol) => new FakeSocket(url, protocol) as unknown as WebSocket,
    random: () => 0.5,
  });
  connection.subscribe(ROOM, { onEvent: event => void seqs.push(event.seq) }, 'earliest');
  await settle();
});

afterEach(() => {
  connection.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('sockets that are not let through', () => {
  test('C1: are replaced by polling after the second, and the page is online', async () => {
    server.append(ROOM);
    await blocked(1);
    expect(state()).toMatchObject({ status: 'offline', transport: null });
    expect(asked).not.toContain('poll');
    await blocked(1);
    expect(state()).toMatchObject({ status: 'online', transport: 'polling', user: ADA });
    expect(seqs).toEqual([1]);
    await expect(connection.publish(ROOM, 'custom:x', 1)).resolves.toMatchObject({ seq: 2 });
    await vi.advanceTimersByTimeAsync(400);
    expect(seqs).toEqual([1, 2]);
  });

  test.each([4001, 4006])('count not where the server itself has spoken: %i', async code => {
    await blocked(1);
    FakeSocket.last.end(code);
    await nextTry();
    await blocked(1);
    expect(asked).not.toContain('me');
  });

  test('count not where one was let through between them', async () => {
    await blocked(1);
    FakeSocket.last.open();
    FakeSocket.last.say(welcome());
    await blocked(2);
    expect(asked).not.toContain('me');
    await blocked(1);
    expect(state().transport).toBe('polling');
  });

  test('are left alone where nobody answers polls', async () => {
    statuses = { me: 404 };
    await blocked(2);
    expect(state().status).toBe('offline');
    const made = FakeSocket.made;
    await nextTry();
    expect(FakeSocket.made).toBe(made + 1);
    expect(asked.filter(path => path === 'me')).toHaveLength(1);
  });

  test('are final where the server knows us not', async () => {
    statuses = { me: 401 };
    await blocked(2);
    expect(state().status).toBe('refused');
  });
});

describe('a page that polls', () => {
  beforeEach(() => blocked(2));

  test('tries a socket every half minute, and goes on', async () => {
    const made = FakeSocket.made;
    await vi.advanceTimersByTimeAsync(29_000);
    expect(FakeSocket.made).toBe(made);
    await vi.advanceTimersByTimeAsync(1000);
    expect(FakeSocket.made).toBe(made + 1);
    FakeSocket.last.end(1006);
    expect(state()).toMatchObject({ status: 'online', transport: 'polling' });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(FakeSocket.made).toBe(made + 2);
  });

  test('C1 C2: returns to a socket with its welcome, and goes on where it was', async () => {
    server.append(ROOM);
    await vi.advanceTimersByTimeAsync(30_000);
    const socket = FakeSocket.last;
    socket.open();
    expect(state().transport).toBe('polling');
    socket.say(welcome());
    expect(state()).toMatchObject({ status: 'online', transport: 'socket' });
    expect(socket.sent).toMatchObject([
      { type: 'subscribe', room: ROOM, since: { epoch: 'one', seq: 1 } },
    ]);
    const polls = asked.length;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked).toHaveLength(polls);
    expect(seqs).toEqual([1]);
  });

  test('C2: tells again what was on its way, under the same key', async () => {
    const bodies: string[] = [];
    const answer = ANSWERS.publish;
    ANSWERS.publish = body => {
      bodies.push((body as { key: string }).key);
      return new Promise(() => {});
    };
    void connection.publish(ROOM, 'custom:x', 1);
    await vi.advanceTimersByTimeAsync(30_000);
    FakeSocket.last.open();
    FakeSocket.last.say(welcome());
    expect(FakeSocket.last.sent.at(-1)).toMatchObject({ type: 'publish', key: bodies[0] });
    ANSWERS.publish = answer as (typeof ANSWERS)['publish'];
  });

  test('tries no other socket where the server has refused one for good', async () => {
    await vi.advanceTimersByTimeAsync(30_000);
    FakeSocket.last.end(4503);
    const made = FakeSocket.made;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(FakeSocket.made).toBe(made);
    expect(state()).toMatchObject({ status: 'online', transport: 'polling' });
  });

  test('is offline when the server is gone, and polls again once it is back', async () => {
    down = true;
    await vi.advanceTimersByTimeAsync(400);
    expect(state()).toMatchObject({ status: 'offline', transport: null });
    const made = FakeSocket.made;
    down = false;
    server.append(ROOM);
    await vi.advanceTimersByTimeAsync(2000);
    expect(state().transport).toBe('polling');
    expect(seqs).toEqual([1]);
    expect(FakeSocket.made).toBe(made);
  });

  test('tries a socket at once when somebody looks, and only one', async () => {
    const made = FakeSocket.made;
    connection.wake();
    connection.wake();
    await vi.advanceTimersByTimeAsync(14_000);
    expect(FakeSocket.made).toBe(made + 1);
    await vi.advanceTimersByTimeAsync(32_000);
    expect(FakeSocket.made).toBe(made + 2);
  });
});
