/**
 * One room as this page sees it: several handlers, one subscription on the wire.
 *
 * Rules
 * 1. A handler gets each event once, in the order of `seq`, without a hole, however often the wire
 *    is cut and whatever is replayed.
 * 2. A handler that asked for "earliest" gets all that is kept, also when it joins late.
 * 3. A handler without an origin gets what comes after it joined; one with a position what comes after that.
 * 4. The board is complete after each subscription; then single states follow.
 * 5. Another epoch is another log: what was counted before it counts no more, and each handler is told.
 * 6. A handler that throws harms no other, and is not called again for the same event.
 *
 * The room counts on two levels. `seq` is how far the wire has come; each handler's own `seq` is how
 * far that handler has come. When a late handler needs the past, the wire asks for it again, and the
 * handlers that have it already drop it.
 */

import { Board } from './board.js';
import type {
  ErrorBody,
  EventFrame,
  LoggedEvent,
  Position,
  Since,
  StateEntry,
  StateFrame,
  SubscribeReply,
} from './protocol.js';
import type { Origin, RoomHandler } from './room-handler.js';

export type { Origin, RoomHandler } from './room-handler.js';

interface Listener {
  handler: RoomHandler;
  /** How far it has come; null until it is known where the room stands. */
  seq: number | null;
  /** The log that its own position is of, until it is known whether that is the room's. */
  epoch: string | null;
}

export class Room {
  private readonly listeners = new Set<Listener>();
  private readonly board = new Board();
  private epoch: string | null = null;
  private seq = 0;
  private lastId: string | null = null;
  private fromEarliest = false;
  /** The id of the subscribe request that is under way. */
  asking: string | null = null;
  live = false;
  /** Whether it was refused for good: whoever comes later has it asked for again. */
  isRefused = false;

  constructor(readonly name: string) {}

  get isEmpty(): boolean {
    return this.listeners.size === 0;
  }

  /** Add a handler; returns whether the wire has to be asked (again). */
  add(handler: RoomHandler, origin: Origin): { remove: () => void; ask: boolean } {
    const listener: Listener = { handler, seq: null, epoch: null };
    this.listeners.add(listener);
    const first = this.listeners.size === 1;
    const needsPast = this.placeAt(listener, origin, first);
    if (!needsPast && !first && this.live) {
      listener.seq ??= this.seq;
      handler.onBoard?.(this.board.entries);
      handler.onReady?.(this.position);
    }
    return { remove: () => this.listeners.delete(listener), ask: first || needsPast };
  }

  private get position(): Position {
    return { epoch: this.epoch ?? '', seq: this.seq };
  }

  /** Where a handler begins; returns whether the wire has to go back for it. */
  private placeAt(listener: Listener, origin: Origin, first: boolean): boolean {
    if (origin === undefined) {
      return false;
    }
    if (origin === 'earliest') {
      listener.seq = 0;
      const needsPast = first || !this.atStart();
      if (needsPast) {
        this.startOver();
      }
      return needsPast;
    }
    if (this.epoch !== null && this.epoch !== origin.epoch) {
      // Its log is no more.
      listener.handler.onLost?.();
      return false;
    }
    listener.seq = origin.seq;
    listener.epoch = origin.epoch;
    const needsPast = this.epoch === null ? !this.atStart() : origin.seq < this.seq;
    if (needsPast) {
      this.goTo(origin);
    }
    return needsPast;
  }

  private goTo({ epoch, seq, id }: Since): void {
    this.epoch = epoch;
    this.seq = seq;
    this.lastId = id ?? null;
    this.live = false;
  }

  private atStart(): boolean {
    return this.fromEarliest && this.seq === 0;
  }

  private startOver(): void {
    this.fromEarliest = true;
    this.seq = 0;
    this.lastId = null;
    this.live = false;
  }

  /** Where to ask from: the own position, else what the handlers wanted. */
  since(): Since | 'earliest' | undefined {
    if (this.atStart()) {
      return 'earliest';
    }
    if (this.epoch === null) {
      return undefined;
    }
    const position = { epoch: this.epoch, seq: this.seq };
    return this.lastId === null ? position : { ...position, id: this.lastId };
  }

  /** Take the answer to a subscription; returns whether to ask for more. */
  subscribed(reply: SubscribeReply): boolean {
    this.asking = null;
    if (this.since() === undefined) {
      // What was committed while the server made its answer comes after all who wait here.
      this.each(listener => {
        listener.seq ??= 0;
      });
    }
    this.checkContinuity(reply);
    reply.events.forEach(event => {
      this.hand(event);
    });
    this.advanceTo(reply.position.seq);
    this.replaceBoard(reply.states);
    this.live = !reply.more;
    if (this.live) {
      this.settle();
    }
    return reply.more;
  }

  private checkContinuity({ recovered, position }: SubscribeReply): void {
    const before = this.epoch;
    this.epoch = position.epoch;
    if (!recovered) {
      this.seq = position.seq;
      this.lastId = null;
    }
    this.each(listener => {
      const log = listener.epoch ?? before;
      listener.epoch = null;
      if (!recovered || (log !== null && log !== position.epoch)) {
        this.breakOff(listener, recovered ? 0 : position.seq);
      }
    });
  }

  /** Let a handler go on at `seq` of another log, or beyond what can't be replayed. */
  private breakOff(listener: Listener, seq: number): void {
    const hadNothing = listener.seq === null || (listener.seq === 0 && seq === 0);
    if (!hadNothing) {
      listener.seq = seq;
      listener.handler.onLost?.();
    }
  }

  /** What a reply skips was not for us, or nothing was asked for: nothing is missing. */
  private advanceTo(seq: number): void {
    if (seq !== this.seq) {
      this.seq = Math.max(this.seq, seq);
      this.lastId = null;
    }
  }

  private settle(): void {
    this.each(listener => {
      listener.seq ??= this.seq;
      listener.handler.onReady?.(this.position);
    });
  }

  private replaceBoard(states: StateEntry[]): void {
    this.board.replace(states);
    this.each(({ handler }) => handler.onBoard?.(states));
  }

  /** Take a live event; false means that there is a hole before it. */
  event(frame: EventFrame): boolean {
    if (!this.live || frame.seq <= this.seq) {
      return true;
    }
    if (frame.seq !== this.seq + 1) {
      return false;
    }
    this.hand(frame);
    return true;
  }

  private hand(event: LoggedEvent): void {
    this.seq = event.seq;
    this.lastId = event.id;
    this.each(listener => {
      if (listener.seq !== null && event.seq > listener.seq) {
        listener.seq = event.seq;
        listener.handler.onEvent?.(event);
      }
    });
  }

  state(frame: StateFrame): void {
    const { type: _, room: __, ...entry } = frame;
    this.board.put(entry);
    this.each(({ handler }) => handler.onState?.(entry));
  }

  /** Whether the server is further than this page, though nothing is under way. */
  isBehind(head: number): boolean {
    return this.live && head > this.seq;
  }

  /** The wire is cut, or must be asked again. */
  interrupted(): void {
    this.asking = null;
    this.live = false;
    this.isRefused = false;
  }

  failed(error: ErrorBody): void {
    this.interrupted();
    this.isRefused = !error.retryable;
    this.each(({ handler }) => handler.onError?.(error));
  }

  private each(act: (listener: Listener) => void): void {
    // A handler may leave while it is being called.
    for (const listener of [...this.listeners]) {
      try {
        act(listener);
      } catch (error) {
        console.error(`A handler of ${this.name} failed.`, error);
      }
    }
  }
}
