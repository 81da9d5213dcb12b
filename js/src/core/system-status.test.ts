import { expect, test } from 'vitest';

import type { StateEntry } from './protocol.js';
import { SystemWatch } from './system-status.js';
import { pinned } from './testing.js';

interface Handler {
  onBoard?: (states: StateEntry[]) => void;
  onState?: (state: StateEntry) => void;
}

test('O3: what the service says of itself is known, and forgotten when it is taken back', () => {
  let handler: Handler = {};
  let room = '';
  const watch = new SystemWatch({
    subscribe: (name, given) => {
      room = name;
      handler = given as Handler;
      return () => {};
    },
  });
  watch.follow();
  expect(room).toBe('system');
  expect(watch.store.getState()).toEqual({ status: 'ok', message: null });
  const full = { status: 'down', message: 'The database can’t be written: the disk is full.' };
  handler.onBoard?.([pinned('progress:x', 'c/x', {}), pinned('system:status', 'service', full)]);
  expect(watch.store.getState()).toEqual(full);
  handler.onState?.(pinned('system:status', 'service', null));
  expect(watch.store.getState().status).toBe('ok');
});
