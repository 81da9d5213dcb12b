/** What polling knows of one room, so that an answer about everything becomes frames about what is new. */

import { Board } from './board.js';
import type {
  LoggedEvent,
  Position,
  ServerFrame,
  Since,
  StateEntry,
  SubscribeRequest,
} from './protocol.js';

export type RoomQuestion = Since | 'earliest' | null;

export interface RoomAnswer {
  position: Position;
  recovered: boolean;
  events: LoggedEvent[];
  /** The whole board; may be left out while it is of the version that was asked with. */
  states?: StateEntry[] | null;
  more: boolean;
  /** The version of the board. */
  board?: number | string | null;
}

export class PolledRoom {
  /** The id of the subscribe request that waits for the next answer. */
  asked: SubscribeRequest['id'] | null = null;
  since: RoomQuestion = null;
  boardVersion: number | string | null = null;
  private readonly board = new Board();

  constructor(readonly name: string) {}

  ask(id: SubscribeRequest['id'], since: RoomQuestion): void {
    this.asked = id;
    this.since = since;
  }

  take(answer: RoomAnswer): ServerFrame[] {
    const states = this.takeBoard(answer);
    if (this.asked !== null) {
      const { position, recovered, events, more } = answer;
      const id = this.asked;
      this.asked = null;
      this.moveTo(answer);
      return [{ type: 'reply', id, position, recovered, states: this.board.entries, events, more }];
    }
    if (!this.follows(answer)) {
      return [{ type: 'resync', room: this.name, reason: answer.recovered ? 'overflow' : 'epoch' }];
    }
    this.moveTo(answer);
    return [...this.eventFrames(answer), ...states];
  }

  private follows({ recovered, more, position }: RoomAnswer): boolean {
    return recovered && !more && isPosition(this.since) && this.since.epoch === position.epoch;
  }

  private moveTo({ position, events }: RoomAnswer): void {
    const last = events.at(-1);
    const before = isPosition(this.since) && this.since.seq === position.seq ? this.since.id : null;
    const id = last?.seq === position.seq ? last.id : before;
    this.since = id ? { ...position, id } : { ...position };
  }

  /** The events, and how far the log is: what was left out for us shows as a hole. */
  private eventFrames({ events, position }: RoomAnswer): ServerFrame[] {
    const frames = events.map(
      event => ({ type: 'event', room: this.name, ...event }) as ServerFrame,
    );
    return [...frames, { type: 'heartbeat', heads: { [this.name]: position.seq } }];
  }

  /** Keep the board; returns what is different on it. */
  private takeBoard({ states, board }: RoomAnswer): ServerFrame[] {
    const isKnown = this.boardVersion !== null && board === this.boardVersion;
    this.boardVersion = board ?? null;
    if (isKnown || !states) {
      return [];
    }
    return this.board
      .replace(states)
      .map(entry => ({ type: 'state', room: this.name, ...entry }) satisfies ServerFrame);
  }
}

const isPosition = (since: RoomQuestion): since is Since => since !== null && since !== 'earliest';
