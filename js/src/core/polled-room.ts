/** What polling knows of one room, so that an answer about everything becomes frames about what is new. */

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
  private board = new Map<string, StateEntry>();

  constructor(readonly name: string) {}

  ask(id: SubscribeRequest['id'], since: RoomQuestion): void {
    this.asked = id;
    this.since = since;
  }

  take(answer: RoomAnswer): ServerFrame[] {
    const states = this.takeBoard(answer);
    if (this.asked !== null) {
      const { position, recovered, events, more } = answer;
      const board = [...this.board.values()];
      const id = this.asked;
      this.asked = null;
      this.moveTo(answer);
      return [{ type: 'reply', id, position, recovered, states: board, events, more }];
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
    const before = this.board;
    this.board = new Map(states.map(entry => [slotOf(entry), entry]));
    const gone = [...before].filter(([slot]) => !this.board.has(slot));
    const changed = [...this.board].filter(([slot, entry]) => !isSame(before.get(slot), entry));
    return [
      ...gone.map(([, entry]) => this.stateFrame({ ...entry, data: null } as StateEntry)),
      ...changed.map(([, entry]) => this.stateFrame(entry)),
    ];
  }

  private stateFrame(entry: StateEntry): ServerFrame {
    return { type: 'state', room: this.name, ...entry };
  }
}

const isPosition = (since: RoomQuestion): since is Since => since !== null && since !== 'earliest';

const slotOf = ({ event, key }: StateEntry): string => `${event}\u0000${key}`;

const isSame = (a: StateEntry | undefined, b: StateEntry): boolean =>
  a !== undefined && a.time === b.time && JSON.stringify(a.data) === JSON.stringify(b.data);
