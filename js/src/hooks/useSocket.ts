import { useMemo } from 'react';

import type { ConnectionState } from '../core/connection.js';
import type { Position } from '../core/protocol.js';
import { useStore } from '../ui/hooks.js';
import { useConnection } from './page.js';

export interface Socket extends ConnectionState {
  /**
   * Append an event to a room: `custom:<name>`. Resolves when it is durable; while there is no connection
   * it waits, and it is never appended twice. Rejects with a `RequestError` if the server refuses it.
   */
  publish(room: string, event: string, data: unknown): Promise<Position>;
  /** Pin a state of one's own to a room's board, after a reconnect again; returns how to take it down. */
  pin(room: string, event: string, key: string, data: unknown): () => void;
  /** Try now rather than at `nextTryAt`. */
  wake(): void;
}

/** The page's connection: how it stands, and what can be said through it. */
export function useSocket(): Socket {
  const connection = useConnection();
  const state = useStore(connection.store);
  const actions = useMemo(
    () => ({
      publish: (room: string, event: string, data: unknown) =>
        connection.publish(room, event, data),
      pin: (room: string, event: string, key: string, data: unknown) => {
        connection.setState(room, event, key, data);
        return () => connection.setState(room, event, key, null);
      },
      wake: () => connection.wake(),
    }),
    [connection],
  );
  return useMemo(() => ({ ...state, ...actions }), [state, actions]);
}
