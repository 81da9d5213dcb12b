import { useEffect, useMemo } from 'react';
import { createStore } from 'zustand/vanilla';

import type { Since } from '../core/protocol.js';
import { EMPTY_ROOM, feedRoom, type RoomView } from '../core/room-feed.js';
import { useStore } from '../ui/hooks.js';
import { useConnection } from './page.js';

export interface RoomOptions {
  /** "earliest": all that is kept. A position: what came after it. Nothing: from now on. */
  since?: 'earliest' | Since;
  /** How many events are held; older ones make room. */
  keep?: number;
}

const KEEP = 1000;

/** Follow a room while the view is shown: each event once, in order, whatever happens to the connection. */
export function useRoom(room: string | null, options: RoomOptions = {}): RoomView {
  const connection = useConnection();
  const { keep = KEEP } = options;
  // Whoever writes the position where it is used makes a new object each time.
  const origin = JSON.stringify(options.since);
  const store = useMemo(() => createStore<RoomView>(() => EMPTY_ROOM), []);
  useEffect(() => {
    if (room === null) {
      store.setState(EMPTY_ROOM);
      return undefined;
    }
    const since = origin === undefined ? undefined : JSON.parse(origin);
    return feedRoom(connection, room, store, { since, keep });
  }, [connection, room, origin, keep, store]);
  return useStore(store);
}
