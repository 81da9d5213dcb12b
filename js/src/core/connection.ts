/**
 * The connection of a page: a visible state machine around the conversation.
 *
 *     probing ──▶ opening ──▶ online
 *        │ ▲         │ ▲         │
 *        │ └─ waiting ◀┴─────────┘     the network, or a close code below 4500
 *        ├──▶ absent                   no server extension there, or another protocol
 *        └──▶ refused                  a close code of 4500 and more, or 1009 again and again
 *
 * Steps are numbered, so that what a step has set going finds out that it is no longer the current one.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';
import { Backoff } from './backoff.js';
import { Conversation } from './conversation.js';
import {
  type Actor,
  type ClientFrame,
  type Goodbye,
  type Position,
  PROTOCOL,
  SUBPROTOCOL,
} from './protocol.js';
import { Rest, RestError } from './rest.js';
import type { Origin, RoomHandler } from './room.js';

export type { RoomHandler } from './room.js';

export type Status = 'connecting' | 'online' | 'offline' | 'refused' | 'absent';

export interface ConnectionState {
  status: Status;
  /** Why it is not online, in words. */
  reason: string | null;
  user: Actor | null;
  /** Since when the status holds, in milliseconds of `Date.now()`. */
  since: number;
  nextTryAt: number | null;
  /** Publishes that are not acknowledged yet. */
  unsent: number;
  serverVersion: string | null;
}

export interface ConnectionOptions {
  /** The address of `{base_url}realtime/`; a path means this page's own server. */
  prefix: string;
  token?: () => string | null;
  fetch?: typeof fetch;
  socket?: (url: string, protocol: string) => WebSocket;
  random?: () => number;
}

interface Health {
  status: string;
  version: string;
  protocol: number;
}

const FINAL_FROM = 4500;
const TOO_BIG = 1009;
const TOO_BIG_IS_FINAL_AFTER = 3;
/** 2.5 missed heartbeats, as the server has it. */
const MISSED_HEARTBEATS = 2.5;
const WELCOME_WITHIN_SECONDS = 15;
const PROBE_WITHIN_MS = 15_000;

export class Connection {
  readonly store: StoreApi<ConnectionState>;
  readonly rest: Rest;
  private readonly conversation: Conversation;
  private readonly backoff: Backoff;
  private socket: WebSocket | null = null;
  private step = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  /** Said before the close frame, whose own code a proxy may swallow. */
  private goodbye: Goodbye | null = null;
  private tooBig = 0;
  private silenceSeconds = WELCOME_WITHIN_SECONDS;
  private readonly onWake = () => this.wake();

  private readonly options: ConnectionOptions;

  constructor(given: ConnectionOptions) {
    const options = { ...given, prefix: new URL(given.prefix, globalThis.location?.href).href };
    this.options = options;
    this.rest = new Rest(options);
    this.backoff = new Backoff(options.random);
    this.store = createStore<ConnectionState>(() => ({
      status: 'connecting',
      reason: null,
      user: null,
      since: Date.now(),
      nextTryAt: null,
      unsent: 0,
      serverVersion: null,
    }));
    this.conversation = new Conversation({
      send: frame => this.send(frame),
      welcome: welcome => {
        this.silenceSeconds = welcome.heartbeat * MISSED_HEARTBEATS;
        this.become('online', null, { user: welcome.user, nextTryAt: null });
      },
      settled: () => this.backoff.reset(),
      goodbye: goodbye => {
        this.goodbye = goodbye;
      },
      later: (seconds, retry) => setTimeout(retry, seconds * 1000),
      unsent: unsent => this.store.setState({ unsent }),
      token: () => this.options.token?.() ?? null,
    });
    globalThis.addEventListener?.('online', this.onWake);
    globalThis.document?.addEventListener('visibilitychange', this.onWake);
    void this.probe();
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
      this.watch(WELCOME_WITHIN_SECONDS);
    } else if (status === 'offline' || status === 'absent') {
      void this.probe();
    }
  }

  close(): void {
    this.advance();
    this.socket?.close();
    this.socket = null;
    this.conversation.closed();
    this.become('offline', 'This page has closed the connection.', { nextTryAt: null });
    globalThis.removeEventListener?.('online', this.onWake);
    globalThis.document?.removeEventListener('visibilitychange', this.onWake);
  }

  // -- the steps

  private advance(): number {
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    this.step += 1;
    return this.step;
  }

  /** Is there a server extension at all, and does it speak our protocol? */
  private async probe(): Promise<void> {
    const step = this.advance();
    this.store.setState({ nextTryAt: null });
    this.timer = setTimeout(() => this.wait('The server does not answer.'), PROBE_WITHIN_MS);
    let health: Health;
    try {
      health = await this.rest.get<Health>('health');
    } catch (error) {
      if (step === this.step) {
        this.probeFailed(error);
      }
      return;
    }
    if (step !== this.step) {
      return;
    }
    this.store.setState({ serverVersion: health.version });
    if (health.protocol !== PROTOCOL) {
      const reason = `The server has version ${health.version} of jupyter_realtime, which speaks another protocol than this page. Update both, then reload.`;
      this.become('absent', reason);
    } else {
      this.open();
    }
  }

  private probeFailed(error: unknown): void {
    if (error instanceof RestError && (error.status === 404 || error.status === 403)) {
      const reason =
        'This Jupyter server has no jupyter_realtime extension. Install it where the server runs: pip install jupyter_realtime';
      this.become('absent', reason);
    } else {
      this.wait('The server cannot be reached.');
    }
  }

  private open(): void {
    const step = this.advance();
    const url = `${this.options.prefix.replace(/^http/, 'ws')}ws`;
    const make = this.options.socket ?? ((address, protocol) => new WebSocket(address, protocol));
    const socket = make(url, SUBPROTOCOL);
    this.socket = socket;
    this.silenceSeconds = WELCOME_WITHIN_SECONDS;
    this.watch(this.silenceSeconds);
    const current = () => step === this.step;
    socket.onopen = () => current() && this.conversation.opened();
    socket.onmessage = message => current() && this.heard(String(message.data));
    socket.onclose = event => current() && this.closed(event.code, event.reason);
  }

  private heard(text: string): void {
    try {
      this.conversation.receive(text);
      // Only now: a welcome says how often there is a heartbeat.
      this.watch(this.silenceSeconds);
    } catch (error) {
      // What it said is lost to us: ask for it again on a fresh socket.
      console.error('A frame of the server could not be read.', error);
      this.drop("The server sent what this page can't read.");
    }
  }

  /** Whatever the browser says of the socket: silence for too long means that it is dead. */
  private watch(seconds: number): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.drop('The server fell silent.'), seconds * 1000);
  }

  private drop(reason: string): void {
    this.socket?.close();
    this.closed(0, reason);
  }

  private closed(closeCode: number, closeReason: string): void {
    const { goodbye } = this;
    const code = goodbye?.code ?? closeCode;
    const reason = goodbye?.reason || closeReason;
    this.socket = null;
    this.goodbye = null;
    this.conversation.closed();
    this.tooBig = code === TOO_BIG ? this.tooBig + 1 : 0;
    if (code >= FINAL_FROM || this.tooBig >= TOO_BIG_IS_FINAL_AFTER) {
      this.advance();
      this.become('refused', reason || `Closed with ${code}.`, { nextTryAt: null });
    } else {
      this.wait(reason || 'The connection was lost.', goodbye?.retry_after);
    }
  }

  private wait(reason: string, retryAfterSeconds?: number | null): void {
    this.advance();
    const wait = this.backoff.next(retryAfterSeconds);
    this.become('offline', reason, { nextTryAt: Date.now() + wait });
    this.timer = setTimeout(() => void this.probe(), wait);
  }

  private become(status: Status, reason: string | null, more: Partial<ConnectionState> = {}): void {
    const { status: before, since } = this.store.getState();
    this.store.setState({
      status,
      reason,
      since: before === status ? since : Date.now(),
      ...more,
    });
  }

  private send(frame: ClientFrame): void {
    if (this.socket?.readyState === 1) {
      this.socket.send(JSON.stringify(frame));
    }
  }
}
