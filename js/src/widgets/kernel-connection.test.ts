import { beforeEach, expect, it, vi } from 'vitest';

import { logged } from '../core/testing.js';
import { KernelConnection } from './kernel-connection.js';

let sent: Record<string, unknown>[];
let say: (content: unknown) => void;
let connection: KernelConnection;

beforeEach(() => {
  sent = [];
  const model = {
    send: (content: unknown) => void sent.push(content as Record<string, unknown>),
    on: (_: string, callback: (content: unknown) => void) => {
      say = callback;
    },
    off: () => {
      say = () => {};
    },
  };
  connection = new KernelConnection(model);
});

it('asks the kernel how it stands, and says so', () => {
  expect(sent).toEqual([{ type: 'connect' }]);
  expect(connection.store.getState().status).toBe('connecting');
  say({ type: 'connection', status: 'absent', reason: 'A program reads no inbox.', user: null });
  expect(connection.store.getState()).toMatchObject({
    status: 'absent',
    reason: 'A program reads no inbox.',
  });
});

it('gives each answer to whoever asked for it', async () => {
  const first = connection.rest.get('preferences');
  const second = connection.rest.patch('preferences', { digest: 'daily' });
  expect(sent.slice(1)).toEqual([
    { type: 'request', id: 1, method: 'GET', path: 'preferences', body: null },
    { type: 'request', id: 2, method: 'PATCH', path: 'preferences', body: { digest: 'daily' } },
  ]);
  say({ type: 'answer', id: 2, body: 'two' });
  say({ type: 'answer', id: 1, body: 'one' });
  expect(await Promise.all([first, second])).toEqual(['one', 'two']);
  const third = connection.rest.delete('preferences');
  expect(sent.at(-1)).toMatchObject({ method: 'DELETE', path: 'preferences' });
  say({ type: 'answer', id: 3, body: 'three' });
  expect(await third).toBe('three');
});

it('fails as the server has it, or as one that can not be reached', async () => {
  const refused = connection.rest.get('preferences');
  const error = { code: 'forbidden', message: 'No.', retryable: false, retry_after: null };
  say({ type: 'answer', id: 1, error, status: 403 });
  await expect(refused).rejects.toMatchObject({ name: 'RestError', status: 403, message: 'No.' });
  const unanswered = connection.rest.get('preferences');
  say({ type: 'answer', id: 2, error: null });
  await expect(unanswered).rejects.toMatchObject({ name: 'Unreachable' });
  const left = connection.rest.get('preferences');
  connection.close();
  await expect(left).rejects.toMatchObject({ name: 'Unreachable' });
});

it('hands events to all who follow, and to nobody who has left', async () => {
  const one = { onReady: vi.fn(), onEvent: vi.fn(), onError: vi.fn() };
  const two = { onReady: vi.fn(), onEvent: vi.fn() };
  const leave = connection.subscribe('user:ada', one);
  expect(sent.at(-1)).toEqual({ type: 'subscribe' });
  say({ type: 'ready' });
  expect(one.onReady).toHaveBeenCalledOnce();
  connection.subscribe('user:ada', two);
  await vi.waitFor(() => expect(two.onReady).toHaveBeenCalledOnce());
  expect(sent.filter(({ type }) => type === 'subscribe')).toHaveLength(1);
  leave();
  const event = logged(1);
  say({ type: 'event', event });
  expect(one.onEvent).not.toHaveBeenCalled();
  expect(two.onEvent).toHaveBeenCalledExactlyOnceWith(event);
});
