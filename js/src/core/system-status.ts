/** How the service is, as it says itself on the board of the room `system`. */

import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Connection } from './connection.js';
import type { StateEntry, SystemStatus } from './protocol.js';

const WELL: SystemStatus = { status: 'ok', message: null };

export class SystemWatch {
  readonly store: StoreApi<SystemStatus> = createStore<SystemStatus>(() => WELL);

  constructor(private readonly connection: Pick<Connection, 'subscribe'>) {}

  /** Listen until the returned function is called. */
  follow(): () => void {
    return this.connection.subscribe('system', {
      onBoard: states => this.take(states),
      onState: state => this.take([state]),
    });
  }

  private take(states: readonly StateEntry[]): void {
    for (const state of states) {
      if (state.event === 'system:status') {
        this.store.setState((state.data as SystemStatus | null) ?? WELL, true);
      }
    }
  }
}
