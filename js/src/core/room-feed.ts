/** A room as a view shows it: its latest events, its board, and how far it is. */

import type { StoreApi } from 'zustand/vanilla';
import { Board } from './board.js';
import type { Connection } from './connection.js';
import { nextFrame } from './frames.js';
import type { ErrorBody, LoggedEvent, Position, StateEntry } from './protocol.js';
import type { Origin, RoomHandler } from './room.js';

export interface RoomView {
  /** In order, each once; the latest ones, as many as are kept. */
  events: readonly LoggedEvent[];
  /** The board: the latest value of each event and key. */
  states: readonly StateEntry[];
  /** How far the room has been read; null until it is known. */
  position: Position | null;
  /** False once continuity was lost: what `events` hold began anew; take a fresh snapshot of the rest. */
  recovered: boolean;
  /** Everything up to now has arrived. */
  ready: boolean;
  /** Why the room can't be followed. */
  error: ErrorBody | null;
}

export const EMPTY_ROOM: RoomView = {
  events: [],
  states: [],
  position: null,
  recovered: true,
  ready: false,
  error: null,
};

/** Keep a store at what a room holds; told once a frame, however much arrives. Returns how to stop. */
export function feedRoom(
  connection: Pick<Connection, 'subscribe'>,
  room: string,
  store: StoreApi<RoomView>,
  { since, keep }: { since: Origin; keep: number },
): () => void {
  const feed = new Feed(store, keep);
  const leave = connection.subscribe(room, feed, since);
  return () => {
    feed.stopped = true;
    leave();
  };
}

class Feed implements RoomHandler {
  stopped = false;
  private events: LoggedEvent[] = [];
  private readonly board = new Board();
  private more: Partial<RoomView> = {};
  private scheduled = false;

  constructor(
    private readonly store: StoreApi<RoomView>,
    private readonly keep: number,
  ) {
    store.setState(EMPTY_ROOM);
  }

  onEvent(event: LoggedEvent): void {
    this.events.push(event);
    const epoch = this.more.position?.epoch ?? this.store.getState().position?.epoch;
    this.change(epoch === undefined ? {} : { position: { epoch, seq: event.seq } });
  }

  onBoard(states: StateEntry[]): void {
    this.board.replace(states);
    this.change({});
  }

  onState(entry: StateEntry): void {
    this.board.put(entry);
    this.change({});
  }

  onLost(): void {
    this.events = [];
    this.change({ recovered: false });
  }

  onReady(position: Position): void {
    this.change({ position, ready: true, error: null });
  }

  onError(error: ErrorBody): void {
    this.change({ error });
  }

  private change(more: Partial<RoomView>): void {
    Object.assign(this.more, more);
    if (!this.scheduled) {
      this.scheduled = true;
      nextFrame(() => this.show());
    }
  }

  private show(): void {
    this.scheduled = false;
    if (this.stopped) {
      return;
    }
    this.events = this.events.slice(-this.keep);
    const { entries: states } = this.board;
    this.store.setState({ ...this.more, events: this.events.slice(), states });
    this.more = {};
  }
}
