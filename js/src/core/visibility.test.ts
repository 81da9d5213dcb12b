import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { createConnectionStore } from './connection-state.js';
import { Visibility } from './visibility.js';

let settled: 'visible' | 'invisible';
let fails: boolean;
let connection: ReturnType<typeof createConnectionStore>;
let visibility: Visibility;

beforeEach(() => {
  vi.useFakeTimers();
  settled = 'visible';
  fails = false;
  connection = createConnectionStore();
  visibility = new Visibility({
    store: connection,
    rest: {
      get: async () => ({ presence: settled }),
      patch: async (_path: string, body: { presence: typeof settled }) => {
        if (fails) {
          throw new Error('No.');
        }
        settled = body.presence;
        return body;
      },
    },
  } as never);
});

afterEach(() => vi.useRealTimers());

const shown = () => visibility.store.getState().visible;
const settle = () => vi.advanceTimersByTimeAsync(1);

test('it is known once the page is connected, and looked at again after each cut', async () => {
  visibility.follow();
  await settle();
  expect(shown()).toBeNull();
  connection.setState({ status: 'online' });
  await settle();
  expect(shown()).toBe(true);
  settled = 'invisible';
  connection.setState({ status: 'offline' });
  connection.setState({ status: 'online' });
  await settle();
  expect(shown()).toBe(false);
});

test('a choice shows at once', async () => {
  const done = visibility.show(false);
  expect(shown()).toBe(false);
  await done;
  expect(settled).toBe('invisible');
});

test('a choice that is refused is taken back', async () => {
  await visibility.show(true);
  fails = true;
  await expect(visibility.show(false)).rejects.toThrow('No.');
  expect(shown()).toBe(true);
});
