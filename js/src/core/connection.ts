/**
 * The connection of a page: a visible state machine around the conversation.
 *
 *     probing ──▶ opening ──▶ online ◀─┐
 *      │ │ ▲        │ ▲         │      │ a socket's welcome
 *      │ │ └ waiting ◀┴─────────┤      │
 *      │ │                      │      │
 *      │ └──▶ polling ──────────┴──────┘
 *      ├──▶ absent                   no server extension there, or another protocol
 *      └──▶ refused                  a close code of 4500 and more, or 1009 again and again
 *
 * The network, or a close code below 4500, makes it wait. Where the server answers but two sockets in a row
 * are not let through, the same conversation goes on by polling; meanwhile a socket is tried now and then,
 * and becomes the page's wire with its `welcome`.
 *
 * Steps are numbered, so that what a step has set going finds out that it is no longer the current one.
 */

import type { StoreApi } from 'zustand/vanilla';

import { Backoff } from './backoff.js';
import { type ConnectionState, createConnectionStore, type Status } from './connection-state.js';
import { Conversation } from './conversation.js';
import { POLLING_FEATURES, PollingWire } from './polling-wire.js';
import { type Finding, probe } from './probe.js';
import { type Position, SUBPROTOCOL, type Welcome } from './protocol.js';
import { Rest, RestError } from './rest.js';
import type { Origin, RoomHandler } from './room.js';
import { type End, SocketWire, WELCOME_WITHIN_SECONDS } from './socket-wire.js';
import { onWaking } from './waking.js';
import type { Wire } from './wire.js';

export type { ConnectionState, Status } from './connection-state.js';
export type { RoomHandler } from './room.js';

export interface ConnectionOptions {
  /** The address of `{base_url}realtime/`; a path means this page's own server. */
  prefix: string;
  token?: () => string | null;
  fetch?: typeof fetch;
  socket?: (url: string, protocol: string) => WebSocket;
  random?: () => number;
}

const OURS_FROM = 4000;
const FINAL_FROM = 4500;
const TOO_BIG = 1009;
const TOO_BIG_IS_FINAL_AFTER = 3;
const BLOCKED_IS_POLLED_AFTER = 2;
const TRY_SOCKET_EVERY_MS = 30_000;
/** 2.5 missed heartbeats, as the server has it. */
const MISSED_HEARTBEATS = 2.5;
const ANSWER_WITHIN_MS = 15_000;

export class Connection {
  readonly store: StoreApi<ConnectionState>;
  readonly rest: Rest;
  private readonly options: ConnectionOptions;
  private readonly conversation: Conversation;
  private readonly backoff: Backoff;
  private readonly stopWaking: () => void;
  /** What the conversation uses. */
  private wire: Wire | null = null;
  /** A socket that has not been welcome yet. */
  private candidate: SocketWire | null = null;
  private step = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** What the server has asked for, which no waking shortens; a person may. */
  private notBefore = 0;
  private tooBig = 0;
  /** Sockets in a row that ended without a word of our server's. */
  private blocked = 0;
  private canPoll = true;

  constructor(given: ConnectionOptions) {
    const options = { ...given, prefix: new URL(given.prefix, globalThis.location?.href).href };
    this.options = options;
    this.rest = new Rest(options);
    this.backoff = new Backoff(options.random);
    this.store = createConnectionStore();
    this.conversation = new Conversation({
      send: frame => this.wire?.send(frame),
      settled: () => this.backoff.reset(),
      later: (seconds, retry) => setTimeout(retry, seconds * 1000),
      unsent: unsent => this.store.setState({ unsent }),
      token: () => this.options.token?.() ?? null,
    });
    this.stopWaking = onWaking(() => Date.now() >= this.notBefore && this.wake());
    void this.probe();
  }

  /** The absolute address of the server's routes. */
  get prefix(): string {
    return this.options.prefix;
  }

  subscribe(room: string, handler: RoomHandler, since?: Origin): () => void {
    return this.conversation.subscribe(room, handler, since);
  }

  publish(room: string, event: string, data: unknown): Promise<Position> {
    return this.conversation.publish(room, event, data);
  }

  setState(room: string, event: string, key: string, data: unknown): void {
    this.conversation.setState(room, event, key, data);
  }

  /** Try now rather than later: the network is back, or somebody looks at the page. */
  wake(): void {
    const { status } = this.store.getState();
    if (globalThis.document?.visibilityState === 'hidden') {
      return;
    }
    if (status === 'online') {
      // A laptop that slept may hold a dead socket: an answer has to come.
      this.conversation.ping();
      if (this.wire instanceof SocketWire) {
        this.wire.watch(WELCOME_WITHIN_SECONDS);
      } else if (this.candidate === null) {
        this.openSocket();
      }
    } else if (status === 'offline' || status === 'absent') {
      void this.probe();
    }
  }

  close(): void {
    this.advance();
    this.dropWires();
    this.become('offline', 'This page has closed the connection.');
    this.stopWaking();
  }

  // -- the steps

  private advance(): number {
    clearTimeout(this.timer);
    this.step += 1;
    return this.step;
  }

  private async probe(): Promise<void> {
    const step = this.advance();
    this.store.setState({ nextTryAt: null });
    this.timer = setTimeout(() => this.wait('The server does not answer.'), ANSWER_WITHIN_MS);
    const finding = await probe(this.rest);
    if (step === this.step) {
      this.advance();
      this.found(finding);
    }
  }

  private found(finding: Finding): void {
    if (finding.kind === 'unreachable') {
      this.wait(finding.reason, finding.retryAfterSeconds);
      return;
    }
    this.store.setState({ serverVersion: finding.version });
    if (finding.kind === 'absent') {
      this.become('absent', finding.reason);
    } else if (this.canPoll && this.blocked >= BLOCKED_IS_POLLED_AFTER) {
      void this.poll();
    } else {
      this.openSocket();
    }
  }

  private wait(reason: string, retryAfterSeconds?: number | null): void {
    this.advance();
    const wait = this.backoff.next(retryAfterSeconds);
    const nextTryAt = Date.now() + wait;
    this.notBefore = retryAfterSeconds ? nextTryAt : 0;
    this.become('offline', reason, { nextTryAt });
    this.timer = setTimeout(() => void this.probe(), wait);
  }

  private become(status: Status, reason: string | null, more: Partial<ConnectionState> = {}): void {
    const { status: before, since } = this.store.getState();
    this.store.setState({
      status,
      reason,
      transport: null,
      nextTryAt: null,
      since: before === status ? since : Date.now(),
      ...more,
    });
  }

  private dropWires(): void {
    this.wire?.close();
    this.candidate?.close();
    this.wire = null;
    this.candidate = null;
    this.conversation.closed();
  }

  // -- sockets

  private openSocket(): void {
    clearTimeout(this.timer);
    const url = `${this.options.prefix.replace(/^http/, 'ws')}ws`;
    const make = this.options.socket ?? ((address, protocol) => new WebSocket(address, protocol));
    this.candidate = new SocketWire(() => make(url, SUBPROTOCOL), {
      opened: socket => {
        const credentials = this.conversation.credentials();
        if (credentials) {
          socket.send(credentials);
        }
      },
      heard: (socket, frame) => {
        if (socket === this.wire) {
          this.conversation.receive(frame);
        } else if (frame.type === 'welcome') {
          this.welcomed(socket, frame);
        }
      },
      ended: (socket, end) => this.socketEnded(socket, end),
    });
  }

  private welcomed(socket: SocketWire, welcome: Welcome): void {
    this.advance();
    this.candidate = null;
    this.dropWires();
    this.wire = socket;
    this.blocked = 0;
    socket.mustSpeakWithin(welcome.heartbeat * MISSED_HEARTBEATS);
    socket.keepTo(welcome.limits.requests_per_second);
    this.become('online', null, {
      transport: 'socket',
      user: welcome.user,
      clockAhead: Date.parse(welcome.server_time) - Date.now(),
    });
    this.conversation.receive(welcome);
  }

  private socketEnded(socket: SocketWire, end: End): void {
    const { code } = end;
    if (this.wire?.transport === 'polling') {
      this.candidate = null;
      this.tryLater(end);
      return;
    }
    this.blocked = socket === this.wire || code >= OURS_FROM ? 0 : this.blocked + 1;
    this.tooBig = code === TOO_BIG ? this.tooBig + 1 : 0;
    this.dropWires();
    if (code >= FINAL_FROM || this.tooBig >= TOO_BIG_IS_FINAL_AFTER) {
      this.advance();
      this.become('refused', end.reason || `Closed with ${code}.`);
    } else {
      this.wait(end.reason || 'The connection was lost.', end.retryAfterSeconds);
    }
  }

  // -- polling

  private async poll(): Promise<void> {
    const step = this.advance();
    const wire = new PollingWire(this.rest, {
      heard: frame => this.conversation.receive(frame),
      ended: error => this.pollingEnded(error),
    });
    this.wire = wire;
    const late = new Error('The server does not answer.');
    this.timer = setTimeout(() => this.pollingEnded(late), ANSWER_WITHIN_MS);
    try {
      const user = await wire.open();
      if (step === this.step) {
        this.become('online', null, { transport: 'polling', user });
        this.conversation.begin({ answer: false, features: POLLING_FEATURES });
        this.tryLater();
      }
    } catch (error) {
      if (step === this.step) {
        this.pollingEnded(error);
      }
    }
  }

  /** Try a socket again, while polls go on; not where the server itself has refused one. */
  private tryLater(end?: End): void {
    clearTimeout(this.timer);
    if (end === undefined || end.code < FINAL_FROM) {
      const wait = TRY_SOCKET_EVERY_MS * (0.75 + (this.options.random ?? Math.random)() / 2);
      this.timer = setTimeout(() => this.openSocket(), wait);
    }
  }

  private pollingEnded(error: unknown): void {
    this.dropWires();
    const status = error instanceof RestError ? error.status : 0;
    const reason = error instanceof RestError ? error.message : 'The connection was lost.';
    this.canPoll &&= status !== 404 && status !== 405;
    if (status === 401) {
      this.advance();
      this.become('refused', reason);
    } else {
      this.wait(reason, error instanceof RestError ? error.retryAfter : null);
    }
  }
}
