import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Connection } from './connection.js';
import { ADA, FakeSocket, welcome } from './testing.js';

const PREFIX = 'https://hub.example/user/ada/realtime/';
const HEALTH = { status: 'ok', checks: {}, version: '0.1.0', protocol: 1 };

let health: () => Promise<Response>;
let token: string | null;
let connection: Connection;

const state = () => connection.store.getState();
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const settle = () => vi.advanceTimersByTimeAsync(0);

function connect(): void {
  connection = new Connection({
    prefix: PREFIX,
    token: () => token,
    fetch: () => health(),
    socket: (url, protocol) => new FakeSocket(url, protocol) as unknown as WebSocket,
    random: () => 0.5,
  });
}

async function online(more = {}): Promise<FakeSocket> {
  await settle();
  const socket = FakeSocket.last;
  socket.open();
  socket.say(welcome(more));
  return socket;
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = 0;
  health = async () => json(HEALTH);
  token = null;
});

afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

describe('a server', () => {
  test('is asked for its health, then spoken to in its protocol', async () => {
    connect();
    expect(state()).toMatchObject({ status: 'connecting', user: null });
    const socket = await online();
    expect(socket.url).toBe('wss://hub.example/user/ada/realtime/ws');
    expect(socket.protocol).toBe('v1.jupyter-realtime');
    expect(socket.sent).toEqual([]);
    expect(state()).toMatchObject({ status: 'online', user: ADA, serverVersion: '0.1.0' });
  });

  test('is told the token first where the page has one', async () => {
    token = 'secret';
    connect();
    const socket = await online();
    expect(socket.sent).toEqual([{ type: 'auth', id: expect.any(String), token: 'secret' }]);
  });

  test('without the extension is absent, and is asked again when somebody comes back', async () => {
    health = async () => json({ message: 'Not Found' }, 404);
    connect();
    await settle();
    expect(state().status).toBe('absent');
    expect(state().reason).toContain('pip install jupyter_realtime');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.made).toBe(0);

    health = async () => json(HEALTH);
    document.dispatchEvent(new Event('visibilitychange'));
    await online();
    expect(state().status).toBe('online');
  });

  test('of another protocol is absent, and both versions are to be updated', async () => {
    health = async () => json({ ...HEALTH, version: '9.0.0', protocol: 2 });
    connect();
    await settle();
    expect(state()).toMatchObject({ status: 'absent', serverVersion: '9.0.0' });
    expect(state().reason).toContain('version 9.0.0');
    expect(FakeSocket.made).toBe(0);
  });

  test('that can not be reached is tried again', async () => {
    health = () => Promise.reject(new TypeError('Failed to fetch'));
    connect();
    await settle();
    expect(state()).toMatchObject({ status: 'offline', nextTryAt: Date.now() + 125 });
    health = async () => json(HEALTH);
    await vi.advanceTimersByTimeAsync(125);
    await online();
    expect(state()).toMatchObject({ status: 'online', nextTryAt: null, reason: null });
  });

  test('C4: that wants to be asked later is asked later', async () => {
    const body = { code: 'unavailable', message: 'Busy.', retryable: true, retry_after: 12 };
    health = async () => json(body, 503);
    connect();
    await settle();
    expect(state()).toMatchObject({ status: 'offline', nextTryAt: Date.now() + 12_125 });
  });

  test('that never answers is given up, and tried again', async () => {
    health = () => new Promise(() => {});
    connect();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(state()).toMatchObject({ status: 'offline', reason: 'The server does not answer.' });
  });
});

describe('a socket', () => {
  test('that is cut is opened again, with the position of each room', async () => {
    connect();
    const first = await online();
    connection.subscribe('project:p', {}, 'earliest');
    const [asked] = first.sent;
    const empty = { recovered: true, states: [], events: [], more: false };
    const position = { epoch: 'one', seq: 4 };
    first.say({ type: 'reply', id: asked?.id ?? '', position, ...empty });
    first.end(1006);
    expect(state()).toMatchObject({ status: 'offline', reason: 'The connection was lost.' });

    await vi.advanceTimersByTimeAsync(125);
    const second = await online();
    expect(second.sent).toMatchObject([{ type: 'subscribe', since: position }]);
  });

  test.each([4001, 4004, 4499])('closed with %i is opened again', async code => {
    connect();
    (await online()).end(code, 'a while');
    expect(state()).toMatchObject({ status: 'offline', reason: 'a while' });
    await vi.advanceTimersByTimeAsync(125);
    expect(FakeSocket.made).toBe(2);
  });

  test.each([4500, 4503, 4504])('C5: closed with %i is the end', async code => {
    connect();
    (await online()).end(code, 'Go away.');
    expect(state()).toMatchObject({ status: 'refused', reason: 'Go away.', nextTryAt: null });
    connection.wake();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.made).toBe(1);
  });

  test('after a goodbye ends as that said, whatever code arrives', async () => {
    connect();
    const socket = await online();
    socket.say({ type: 'goodbye', code: 4504, reason: 'Revoked.', retry_after: null });
    socket.end(1006);
    expect(state()).toMatchObject({ status: 'refused', reason: 'Revoked.' });
  });

  test('C4: after a goodbye waits as long as that asked', async () => {
    connect();
    const socket = await online();
    socket.say({ type: 'goodbye', code: 4001, reason: 'Restarting.', retry_after: 30 });
    socket.end(4001);
    expect(state()).toMatchObject({ reason: 'Restarting.', nextTryAt: Date.now() + 30_125 });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(FakeSocket.made).toBe(1);
    await vi.advanceTimersByTimeAsync(125);
    (await online()).end(1006);
    expect(state()).toMatchObject({
      reason: 'The connection was lost.',
      nextTryAt: Date.now() + 250,
    });
  });

  test('C5: closed three times for a frame that is too big is the end', async () => {
    connect();
    for (const status of ['offline', 'offline', 'refused']) {
      (await online()).end(1009);
      expect(state().status).toBe(status);
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(FakeSocket.made).toBe(3);
  });

  test('C6: that falls silent for 2.5 heartbeats is dead, whatever the browser says', async () => {
    connect();
    const socket = await online({ heartbeat: 10 });
    await vi.advanceTimersByTimeAsync(20_000);
    socket.say({ type: 'heartbeat', heads: {} });
    await vi.advanceTimersByTimeAsync(24_999);
    expect(state().status).toBe('online');
    await vi.advanceTimersByTimeAsync(1);
    expect(state()).toMatchObject({ status: 'offline', reason: 'The server fell silent.' });
    expect(socket.readyState).toBe(3);
    socket.end(1006);
    await vi.advanceTimersByTimeAsync(125);
    expect(FakeSocket.made).toBe(2);
  });

  test('that never opens is dead', async () => {
    connect();
    await settle();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(state().status).toBe('offline');
  });

  test('that says what nobody can read is given up, and nothing is lost with it', async () => {
    const silence = vi.spyOn(console, 'error').mockImplementation(() => {});
    connect();
    (await online()).onmessage({ data: '{' });
    expect(state().status).toBe('offline');
    await vi.advanceTimersByTimeAsync(125);
    await online();
    expect(state().status).toBe('online');
    silence.mockRestore();
  });

  test('C4: that is closed as soon as it is opened is tried less and less often', async () => {
    connect();
    const waits: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      (await online()).end(4006);
      const wait = (state().nextTryAt ?? 0) - Date.now();
      waits.push(wait);
      await vi.advanceTimersByTimeAsync(wait);
    }
    const socket = await online();
    socket.say({ type: 'heartbeat', heads: {} });
    socket.end(4006);
    waits.push((state().nextTryAt ?? 0) - Date.now());
    expect(waits).toEqual([125, 250, 500, 1000, 125]);
  });
});

describe('a page', () => {
  test('C6: that is looked at again tries at once', async () => {
    health = () => Promise.reject(new TypeError('Failed to fetch'));
    connect();
    await settle();
    health = async () => json(HEALTH);
    window.dispatchEvent(new Event('online'));
    await settle();
    expect(FakeSocket.made).toBe(1);
  });

  test('C4: that the server has told to wait waits, also when somebody comes back', async () => {
    connect();
    const socket = await online();
    socket.say({ type: 'goodbye', code: 4001, reason: 'Restarting.', retry_after: 30 });
    socket.end(4001);
    window.dispatchEvent(new Event('online'));
    await settle();
    expect(FakeSocket.made).toBe(1);
    connection.wake();
    await settle();
    expect(FakeSocket.made).toBe(2);
  });

  test('C6: that has slept wants a sign of life, as soon as it finds out', async () => {
    connect();
    const socket = await online({ heartbeat: 60 });
    await vi.advanceTimersByTimeAsync(5000);
    expect(socket.sent).toEqual([]);
    vi.setSystemTime(Date.now() + 3_600_000);
    await vi.advanceTimersByTimeAsync(5000);
    expect(socket.sent).toMatchObject([{ type: 'ping' }]);
    socket.say({ type: 'reply', id: socket.sent[0]?.id ?? '' });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(state().status).toBe('online');
    expect(socket.sent).toHaveLength(1);
  });

  test('C9: tells no faster than its server takes it, and of a state the last value', async () => {
    connect();
    const socket = await online();
    const sent = () => socket.sent.map(frame => (frame.type === 'ping' ? 'ping' : frame.type));
    for (let number = 0; number < 150; number += 1) {
      void connection.publish('project:p', 'custom:n', number);
    }
    for (const value of [1, 2, 3]) {
      connection.setState('project:p', 'progress:x', 'k', value);
    }
    connection.wake();
    expect(sent()).toHaveLength(101);
    expect(sent().at(-1)).toBe('ping');
    await vi.advanceTimersByTimeAsync(300);
    expect(sent()).toHaveLength(130);
    await vi.advanceTimersByTimeAsync(1000);
    expect(socket.sent).toHaveLength(152);
    expect(socket.sent.at(-1)).toMatchObject({ type: 'state', data: 3 });
    const numbers = socket.sent.flatMap(frame => (frame.type === 'publish' ? [frame.data] : []));
    expect(numbers).toEqual(Array.from({ length: 150 }, (_, index) => index));
  });

  test('that nobody looks at leaves its socket alone', async () => {
    connect();
    const socket = await online();
    const hidden = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    document.dispatchEvent(new Event('visibilitychange'));
    hidden.mockRestore();
    expect(socket.sent).toEqual([]);
  });

  test('C7: knows how far the clock of its server is ahead', async () => {
    vi.setSystemTime('2026-11-23T09:59:30Z');
    connect();
    await online({ server_time: '2026-11-23T10:00:00.000Z' });
    expect(state().clockAhead).toBe(30_000);
  });

  test('that wakes from sleep wants a sign of life', async () => {
    connect();
    const socket = await online({ heartbeat: 60 });
    connection.wake();
    expect(socket.sent).toMatchObject([{ type: 'ping' }]);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(state().status).toBe('offline');
  });

  test('C2: keeps what is not acknowledged, and sends it again under its key', async () => {
    connect();
    const first = await online();
    const published = connection.publish('project:p', 'custom:x', 1);
    expect(state().unsent).toBe(1);
    first.end(1006);
    await vi.advanceTimersByTimeAsync(125);
    const second = await online();
    expect(second.sent).toEqual(first.sent);
    const position = { epoch: 'one', seq: 7 };
    second.say({ type: 'reply', id: second.sent[0]?.id ?? '', position });
    await expect(published).resolves.toEqual(position);
    expect(state().unsent).toBe(0);
  });

  test('that is closed leaves nothing behind', async () => {
    connect();
    const socket = await online();
    connection.close();
    expect(socket.readyState).toBe(3);
    expect(state().status).toBe('offline');
    window.dispatchEvent(new Event('online'));
    await settle();
    expect(vi.getTimerCount()).toBe(0);
    expect(FakeSocket.made).toBe(1);
  });
});
