/** What a page sees of its connection. */

import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Actor } from './protocol.js';
import type { Transport } from './wire.js';

export type Status = 'connecting' | 'online' | 'offline' | 'refused' | 'absent';

export interface ConnectionState {
  status: Status;
  /** What carries it while it is online. */
  transport: Transport | null;
  /** Why it is not online, in words. */
  reason: string | null;
  user: Actor | null;
  /** Since when the status holds, in milliseconds of `Date.now()`. */
  since: number;
  nextTryAt: number | null;
  /** Publishes that are not acknowledged yet. */
  unsent: number;
  serverVersion: string | null;
  /** How far the server's clock is ahead of ours, in milliseconds. */
  clockAhead: number;
}

export function createConnectionStore(): StoreApi<ConnectionState> {
  return createStore<ConnectionState>(() => ({
    status: 'connecting',
    transport: null,
    reason: null,
    user: null,
    since: Date.now(),
    nextTryAt: null,
    unsent: 0,
    serverVersion: null,
    clockAhead: 0,
  }));
}
