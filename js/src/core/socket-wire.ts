/** One WebSocket, from its opening to its end, which comes once and in words. */

import { Pacer } from './pacer.js';
import type { ClientFrame, Goodbye, ServerFrame } from './protocol.js';
import type { Wire } from './wire.js';

export interface End {
  /** The close code; 0 where we gave up. */
  code: number;
  reason: string;
  retryAfterSeconds: number | null;
}

export interface SocketEvents {
  opened(socket: SocketWire): void;
  heard(socket: SocketWire, frame: ServerFrame): void;
  ended(socket: SocketWire, end: End): void;
}

export const WELCOME_WITHIN_SECONDS = 15;

export class SocketWire implements Wire {
  readonly transport = 'socket';
  private readonly socket: WebSocket;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  /** When it counts as dead, and when that is looked at next. */
  private silentAt = Infinity;
  private looksAt = Infinity;
  private silenceSeconds = WELCOME_WITHIN_SECONDS;
  /** Said before the close frame, whose own code a proxy may swallow. */
  private goodbye: Goodbye | null = null;
  private pacer: Pacer | null = null;
  private isOver = false;

  constructor(
    make: () => WebSocket,
    private readonly events: SocketEvents,
  ) {
    this.socket = make();
    this.watch(this.silenceSeconds);
    this.socket.onopen = () => !this.isOver && this.events.opened(this);
    this.socket.onmessage = message => !this.isOver && this.heard(String(message.data));
    this.socket.onclose = event => this.end(event.code, event.reason);
  }

  send(frame: ClientFrame): void {
    if (this.pacer) {
      this.pacer.send(frame);
    } else {
      this.put(frame);
    }
  }

  private put(frame: ClientFrame): void {
    if (this.socket.readyState === 1) {
      this.socket.send(JSON.stringify(frame));
    }
  }

  /** From now on so many requests a second. */
  keepTo(requestsPerSecond: number): void {
    this.pacer = new Pacer(requestsPerSecond, frame => this.put(frame));
  }

  /** From now on silence for so long means that it is dead, whatever the browser says. */
  mustSpeakWithin(seconds: number): void {
    this.silenceSeconds = seconds;
    this.watch(seconds);
  }

  /** A sign of life has to come soon, once. */
  watch(seconds: number): void {
    this.silentAt = performance.now() + seconds * 1000;
    if (this.silentAt < this.looksAt) {
      this.lookLater();
    }
  }

  /** Each frame only sets the time: a timer for each would cost more than most frames do. */
  private lookLater(): void {
    clearTimeout(this.watchdog);
    this.looksAt = this.silentAt;
    this.watchdog = setTimeout(() => this.look(), this.silentAt - performance.now());
  }

  private look(): void {
    if (performance.now() >= this.silentAt) {
      this.giveUp('The server fell silent.');
    } else {
      this.lookLater();
    }
  }

  close(): void {
    this.stop();
    this.socket.close();
  }

  private heard(text: string): void {
    try {
      this.take(JSON.parse(text) as ServerFrame);
    } catch (error) {
      // What it said is lost to us: ask for it again on a fresh socket.
      console.error('A frame of the server could not be read.', error);
      this.giveUp("The server sent what this page can't read.");
      return;
    }
    if (!this.isOver) {
      // Only now: a welcome says how often there is a heartbeat.
      this.watch(this.silenceSeconds);
    }
  }

  private take(frame: ServerFrame): void {
    if (frame.type === 'goodbye') {
      this.goodbye = frame;
      return;
    }
    this.events.heard(this, frame);
    if (frame.type === 'reply' || frame.type === 'error') {
      this.pacer?.answered(String(frame.id));
    }
  }

  private stop(): void {
    this.isOver = true;
    clearTimeout(this.watchdog);
    this.pacer?.close();
  }

  private giveUp(reason: string): void {
    this.socket.close();
    this.end(0, reason);
  }

  private end(closeCode: number, closeReason: string): void {
    if (this.isOver) {
      return;
    }
    this.stop();
    const { goodbye } = this;
    this.events.ended(this, {
      code: goodbye?.code ?? closeCode,
      reason: goodbye?.reason || closeReason,
      retryAfterSeconds: goodbye?.retry_after ?? null,
    });
  }
}
