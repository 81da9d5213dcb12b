import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Conversation } from './conversation.js';
import { type Job, Jobs } from './jobs.js';
import type { ProgressState, StateEntry } from './protocol.js';
import { ADA, FakeServer, pinned, welcome } from './testing.js';

const ROOM = 'project:p';
const NO = { code: 'forbidden', message: 'Viewers can’t do that.', retryable: false };

let server: FakeServer;
let conversation: Conversation;
let jobs: Jobs;

const frame = () => vi.advanceTimersByTimeAsync(20);
const shown = () => jobs.store.getState().jobs;
const [first, only] = [() => shown()[0] as Job, () => (expect(shown()).toHaveLength(1), first())];

const state = (more: Partial<ProgressState> = {}): ProgressState => ({
  id: 'j',
  name: 'train',
  done: 3,
  total: 10,
  unit: 'epochs',
  status: 'running',
  cancelling: false,
  eta_seconds: 12,
  message: null,
  started: '2026-11-23T10:00:00.000Z',
  ...more,
});

function pin(data: unknown, key = 'c1/j', more: Partial<StateEntry> = {}): void {
  const entry = { ...pinned('progress:train', key, data), ...more };
  conversation.receive({ type: 'state', room: ROOM, ...entry } as never);
}

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeServer(frame => conversation.receive(frame));
  conversation = new Conversation({
    send: frame => server.receive(frame),
    settled: () => {},
    later: () => {},
    unsent: () => {},
    token: () => null,
  });
  conversation.receive(welcome());
  jobs = new Jobs({
    subscribe: (room, handler, since) => conversation.subscribe(room, handler, since),
    publish: (room, event, data) => conversation.publish(room, event, data),
  });
});

afterEach(() => vi.useRealTimers());

describe('the jobs of a project', () => {
  test('J7: are those on its board, with who does them, the newest first', async () => {
    const other = { id: 'k', name: 'index', started: '2026-11-23T11:00:00.000Z' };
    server.pin(ROOM, pinned('progress:train', 'c1/j', state()));
    server.pin(ROOM, ...server.log(ROOM).board, pinned('progress:index', 'c2/k', state(other)));
    jobs.followProject('p');
    await frame();
    expect(shown()).toMatchObject([
      { name: 'index', key: 'c2/k', actor: ADA },
      { name: 'train', key: 'c1/j', done: 3, total: 10, unit: 'epochs', problem: null },
    ]);
  });

  test('move, end and go', async () => {
    jobs.followProject('p');
    pin(state());
    pin(state({ done: 9 }));
    await frame();
    expect(only().done).toBe(9);
    pin(state({ status: 'failed', message: 'ValueError' }));
    await frame();
    expect(only()).toMatchObject({ status: 'failed', message: 'ValueError' });
    pin(null);
    await frame();
    expect(shown()).toEqual([]);
  });

  test('J7: are one each, though a reconnect hangs them up under another key', async () => {
    jobs.followProject('p');
    pin(state({ done: 5 }), 'c2/j', { time: '2026-11-23T10:05:00.000Z' });
    pin(state({ done: 3 }), 'c1/j', { time: '2026-11-23T10:04:00.000Z' });
    await frame();
    expect(only()).toMatchObject({ done: 5, key: 'c2/j' });
    pin(state({ id: 'j' }), 'c3/j', { actor: { ...ADA, name: 'eve' } });
    await frame();
    expect(shown()).toHaveLength(2);
  });

  test.each([
    ['a number', 4],
    ['a list', [1]],
    ['nothing like it', { percent: 4 }],
    ['without a name', { ...state(), name: '' }],
    ['of an unknown status', { ...state(), status: 'odd' }],
    ['done by words', { ...state(), done: 'much' }],
  ])('J7: are not what is no job: %s', async (_title, data) => {
    jobs.followProject('p');
    pin(data);
    await frame();
    expect(shown()).toEqual([]);
  });

  test('J7: are shown as far as they can be read', async () => {
    jobs.followProject('p');
    pin({ id: 'j', name: 'n', done: 1, status: 'running', total: 'many', unit: 4, message: {} });
    await frame();
    expect(only()).toMatchObject({ total: null, unit: '', message: null, eta_seconds: null });
  });

  test('go when the project is left', async () => {
    const leave = jobs.followProject('p');
    pin(state());
    await frame();
    leave();
    await frame();
    expect(shown()).toEqual([]);
  });
});

describe('a cancel', () => {
  beforeEach(async () => {
    jobs.followProject('p');
    pin(state());
    await frame();
  });

  test('J8: shows at once, and is asked for in the project', async () => {
    const receive = vi.spyOn(server, 'receive').mockImplementation(() => {});
    void jobs.cancel(first());
    expect(first().cancelling).toBe(true);
    expect(receive.mock.calls[0]?.[0]).toMatchObject({
      ...{ type: 'publish', room: ROOM, event: 'custom:progress-cancel', data: { key: 'c1/j' } },
    });
    pin(state({ done: 4 }));
    await frame();
    expect(only()).toMatchObject({ done: 4, cancelling: true });
    pin(state({ status: 'cancelled', cancelling: false }));
    await frame();
    expect(only()).toMatchObject({ status: 'cancelled', cancelling: false });
  });

  test('J8: is taken back, with the reason, where it is refused', async () => {
    vi.spyOn(server, 'receive').mockImplementation(({ id }) =>
      conversation.receive({ type: 'error', id, ...NO, retry_after: null }),
    );
    await jobs.cancel(first());
    expect(only()).toMatchObject({ cancelling: false, problem: NO.message });
    vi.mocked(server.receive).mockRestore();
    await jobs.cancel(first());
    expect(only()).toMatchObject({ cancelling: true, problem: null });
  });

  test('is forgotten with its job', async () => {
    await jobs.cancel(first());
    pin(null);
    await frame();
    pin(state());
    await frame();
    expect(only().cancelling).toBe(false);
  });
});
