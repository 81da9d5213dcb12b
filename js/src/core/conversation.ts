/**
 * The protocol without a socket: what is said, what is heard, and what has to be said again.
 *
 * Whoever owns the socket calls `opened`, `receive` and `closed`, and passes on what `send` is given.
 * Nothing in here waits or knows the time, so a test can cut the wire at every frame.
 *
 * Rules
 * 1. Nothing is sent before `welcome`, but `auth` where the page has a token.
 * 2. After each `welcome` all rooms are asked for from their own positions, states are set again, and
 *    unacknowledged publishes are sent again under their old keys.
 * 3. A hole, a `resync`, or a heartbeat whose head is ahead, makes a room ask again.
 */

import type {
  ClientFrame,
  ErrorBody,
  ErrorFrame,
  Goodbye,
  Position,
  ServerFrame,
  SubscribeReply,
  Welcome,
} from './protocol.js';
import { type Origin, Room, type RoomHandler } from './room.js';

export interface Listener {
  send(frame: ClientFrame): void;
  welcome(welcome: Welcome): void;
  goodbye(goodbye: Goodbye): void;
  /** The server has answered us: it does more than to welcome and leave. */
  settled(): void;
  /** Call `retry` after a while. */
  later(seconds: number, retry: () => void): void;
  /** How many publishes wait to be acknowledged. */
  unsent(count: number): void;
  token(): string | null;
}

interface Publish {
  frame: ClientFrame;
  resolve(position: Position): void;
  reject(error: RequestError): void;
}

/** A request that was refused; `retryable` says whether the same request may be sent again. */
export class RequestError extends Error {
  constructor(readonly body: ErrorBody) {
    super(body.message);
    this.name = 'RequestError';
  }
}

const RETRY_SECONDS = 1;

export class Conversation {
  private readonly rooms = new Map<string, Room>();
  private readonly publishes = new Map<string, Publish>();
  private readonly states = new Map<string, ClientFrame>();
  private lastId = 0;
  private answers = false;
  private isOpen = false;

  constructor(private readonly listener: Listener) {}

  // -- the socket's side

  /** A socket is open: say who we are, if a cookie may not have. */
  opened(): void {
    const token = this.listener.token();
    if (token) {
      this.listener.send({ type: 'auth', id: this.nextId(), token });
    }
  }

  closed(): void {
    this.isOpen = false;
    for (const room of this.rooms.values()) {
      room.interrupted();
    }
  }

  receive(text: string): void {
    const frame = JSON.parse(text) as ServerFrame;
    switch (frame.type) {
      case 'welcome':
        this.welcomed(frame);
        break;
      case 'reply':
        this.replied(frame);
        break;
      case 'error':
        this.refused(frame);
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
        this.opened();
        break;
      case 'goodbye':
        this.listener.goodbye(frame);
    }
  }

  // -- the page's side

  subscribe(name: string, handler: RoomHandler, origin: Origin): () => void {
    const room = this.rooms.get(name) ?? new Room(name);
    this.rooms.set(name, room);
    const { remove, ask } = room.add(handler, origin);
    if (ask) {
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
    const frame: ClientFrame = { type: 'publish', id, room, event, data, key: randomKey() };
    return new Promise((resolve, reject) => {
      this.publishes.set(id, { frame, resolve, reject });
      this.listener.unsent(this.publishes.size);
      this.say(frame);
    });
  }

  setState(room: string, event: string, key: string, data: unknown): void {
    const frame: ClientFrame = { type: 'state', id: this.nextId(), room, event, key, data };
    const slot = [room, event, key].join('\u0000');
    if (data === null) {
      this.states.delete(slot);
    } else {
      this.states.set(slot, frame);
    }
    this.say(frame);
  }

  /** Show that we are alive. */
  ping(): void {
    this.say({ type: 'ping', id: this.nextId() });
  }

  // -- what is heard

  private welcomed(welcome: Welcome): void {
    this.isOpen = true;
    this.answers = welcome.answer;
    this.listener.welcome(welcome);
    for (const room of this.rooms.values()) {
      this.ask(room);
    }
    for (const frame of this.states.values()) {
      this.say(frame);
    }
    for (const { frame } of this.publishes.values()) {
      this.say(frame);
    }
  }

  private replied(frame: Extract<ServerFrame, { type: 'reply' }>): void {
    this.listener.settled();
    const id = String(frame.id);
    const publish = this.publishes.get(id);
    if (publish && 'position' in frame) {
      this.publishes.delete(id);
      this.listener.unsent(this.publishes.size);
      publish.resolve(frame.position);
      return;
    }
    const room = this.askedBy(id);
    if (room && 'recovered' in frame && room.subscribed(frame as SubscribeReply)) {
      this.ask(room);
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
    const publish = this.publishes.get(id);
    if (publish && frame.retryable) {
      const again = () => this.publishes.has(id) && this.say(publish.frame);
      this.listener.later(frame.retry_after ?? RETRY_SECONDS, again);
    } else if (publish) {
      this.publishes.delete(id);
      this.listener.unsent(this.publishes.size);
      publish.reject(new RequestError(frame));
    }
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
    if (this.isOpen) {
      this.listener.send(frame);
    }
  }

  private nextId(): string {
    this.lastId += 1;
    return String(this.lastId);
  }
}

function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
