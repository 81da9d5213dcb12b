/**
 * The protocol without a socket: what is said, what is heard, and what has to be said again.
 *
 * Whoever owns the wire calls `receive` and `closed`, and carries what `send` is given; a wire that has no
 * `welcome` calls `begin` instead.
 * Nothing in here waits or knows the time, so a test can cut the wire at every frame.
 *
 * Rules
 * 1. Nothing is said before `welcome`; but whoever opens a socket may send `credentials`.
 * 2. After each `welcome` all rooms are asked for from their own positions, states are set again, and
 *    unacknowledged publishes are sent again under their old keys.
 * 3. A hole, a `resync`, or a heartbeat whose head is ahead, makes a room ask again.
 */

import { Outbox, RETRY_SECONDS } from './outbox.js';
import type {
  ClientFrame,
  ErrorBody,
  ErrorFrame,
  Position,
  ServerFrame,
  SubscribeReply,
  Welcome,
} from './protocol.js';
import { randomKey } from './random.js';
import { type Origin, Room, type RoomHandler } from './room.js';

export { RequestError } from './outbox.js';

export interface Listener {
  send(frame: ClientFrame): void;
  /** The server has answered us: it does more than to welcome and leave. */
  settled(): void;
  /** Call `retry` after a while. */
  later(seconds: number, retry: () => void): void;
  /** How many publishes wait to be acknowledged. */
  unsent(count: number): void;
  token(): string | null;
}

/** What `welcome.features` has to name before a frame is sent; the others every server takes. */
const FEATURE_OF: Partial<Record<ClientFrame['type'], string>> = {
  subscribe: 'subscribe',
  unsubscribe: 'subscribe',
  publish: 'publish',
  state: 'state',
};

function tooOld(request: string): ErrorBody {
  const message = `This server does not offer "${request}" yet. Update jupyter_realtime where it runs.`;
  return { code: 'unavailable', message, retryable: false, retry_after: null };
}

export class Conversation {
  private readonly rooms = new Map<string, Room>();
  private readonly outbox: Outbox;
  private lastId = 0;
  private answers = false;
  private features: ReadonlySet<string> = new Set();
  private isOpen = false;

  constructor(private readonly listener: Listener) {
    this.outbox = new Outbox({ ...listener, say: frame => this.say(frame) });
  }

  // -- the socket's side

  /** What tells a server who we are, where a cookie may not have. */
  credentials(): ClientFrame | null {
    const token = this.listener.token();
    return token ? { type: 'auth', id: this.nextId(), token } : null;
  }

  /** We are let in: ask for all, and say again what may not have arrived. */
  begin({ answer, features }: Pick<Welcome, 'answer' | 'features'>): void {
    this.isOpen = true;
    this.answers = answer;
    this.features = new Set(features);
    for (const room of this.rooms.values()) {
      this.ask(room);
    }
    this.outbox.sayAll();
  }

  closed(): void {
    this.isOpen = false;
    for (const room of this.rooms.values()) {
      room.interrupted();
    }
  }

  receive(frame: ServerFrame): void {
    switch (frame.type) {
      case 'welcome':
        this.begin(frame);
        break;
      case 'reply':
        this.replied(frame);
        break;
      case 'error':
        frame.room === undefined ? this.refused(frame) : this.ended(frame.room, frame);
        break;
      case 'event':
        this.happened(frame.room, room => room.event(frame));
        break;
      case 'state':
        this.rooms.get(frame.room)?.state(frame);
        break;
      case 'resync':
        this.happened(frame.room, () => false);
        break;
      case 'heartbeat':
        this.beat(frame.heads);
        break;
      case 'renew':
        this.renew();
    }
  }

  // -- the page's side

  subscribe(name: string, handler: RoomHandler, origin: Origin): () => void {
    const room = this.rooms.get(name) ?? new Room(name);
    this.rooms.set(name, room);
    const { remove, ask } = room.add(handler, origin);
    if (ask || room.isRefused) {
      this.ask(room);
    }
    return () => {
      remove();
      if (room.isEmpty && this.rooms.get(name) === room) {
        this.rooms.delete(name);
        this.say({ type: 'unsubscribe', id: this.nextId(), room: name });
      }
    };
  }

  publish(room: string, event: string, data: unknown): Promise<Position> {
    const id = this.nextId();
    return this.outbox.publish({ type: 'publish', id, room, event, data, key: randomKey() });
  }

  setState(room: string, event: string, key: string, data: unknown): void {
    this.outbox.setState({ type: 'state', id: this.nextId(), room, event, key, data });
  }

  /** Show that we are alive. */
  ping(): void {
    this.say({ type: 'ping', id: this.nextId() });
  }

  // -- what is heard

  private replied(frame: Extract<ServerFrame, { type: 'reply' }>): void {
    this.listener.settled();
    const id = String(frame.id);
    if ('position' in frame && this.outbox.acknowledged(id, frame.position)) {
      return;
    }
    const room = this.askedBy(id);
    if (room && 'recovered' in frame && room.subscribed(frame as SubscribeReply)) {
      this.ask(room);
    }
  }

  /** We may not listen there any more; an answer that is awaited will say so for itself. */
  private ended(name: string, frame: ErrorFrame): void {
    const room = this.rooms.get(name);
    if (room && room.asking === null) {
      room.failed(frame);
    }
  }

  private refused(frame: ErrorFrame): void {
    const id = String(frame.id);
    const room = this.askedBy(id);
    if (room) {
      room.failed(frame);
      if (frame.retryable) {
        this.listener.later(frame.retry_after ?? RETRY_SECONDS, () => this.askIfThere(room));
      }
    }
    this.outbox.refused(id, frame);
  }

  private happened(name: string, take: (room: Room) => boolean): void {
    const room = this.rooms.get(name);
    if (room && !take(room)) {
      this.ask(room);
    }
  }

  private beat(heads: { [room: string]: number }): void {
    this.listener.settled();
    for (const [name, head] of Object.entries(heads)) {
      this.happened(name, room => !room.isBehind(head));
    }
    if (this.answers) {
      this.ping();
    }
  }

  // -- what is said

  private renew(): void {
    const frame = this.credentials();
    if (frame) {
      this.say(frame);
    }
  }

  private askIfThere(room: Room): void {
    if (this.rooms.get(room.name) === room && !room.asking) {
      this.ask(room);
    }
  }

  private ask(room: Room): void {
    room.interrupted();
    if (!this.isOpen) {
      return;
    }
    const id = this.nextId();
    room.asking = id;
    const since = room.since();
    const { name } = room;
    this.say(
      since === undefined
        ? { type: 'subscribe', id, room: name }
        : { type: 'subscribe', id, room: name, since },
    );
  }

  private askedBy(id: string): Room | undefined {
    return [...this.rooms.values()].find(room => room.asking === id);
  }

  private say(frame: ClientFrame): void {
    if (!this.isOpen) {
      return;
    }
    const feature = FEATURE_OF[frame.type];
    if (feature === undefined || this.features.has(feature)) {
      this.listener.send(frame);
    } else {
      this.refused({ type: 'error', id: frame.id, ...tooOld(frame.type) });
    }
  }

  private nextId(): string {
    this.lastId += 1;
    return String(this.lastId);
  }
}
