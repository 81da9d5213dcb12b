/**
 * Keeps to the rate that a server has announced: it refuses what comes faster, and in the end hangs up.
 *
 * What can wait (publishes and states) waits here, in its order. Of a state at most one value is on its way:
 * until it was answered newer ones replace each other here, and only the last goes out. What can't wait (a
 * room's position, a sign of life) goes at once, and counts.
 */

import type { ClientFrame, StateRequest } from './protocol.js';

export class Pacer {
  private readonly waiting: ClientFrame[] = [];
  /** The states that were not answered yet, by id. */
  private readonly onTheirWay = new Map<string, StateRequest>();
  private left: number;
  private at = Date.now();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly requestsPerSecond: number,
    private readonly out: (frame: ClientFrame) => void,
  ) {
    this.left = requestsPerSecond;
  }

  send(frame: ClientFrame): void {
    if (frame.type === 'publish' || frame.type === 'state') {
      this.wait(frame);
      this.flush();
    } else {
      this.go(frame);
    }
  }

  /** The server has answered a request. */
  answered(id: string): void {
    if (this.onTheirWay.delete(id)) {
      this.flush();
    }
  }

  close(): void {
    clearTimeout(this.timer);
    this.waiting.length = 0;
  }

  private wait(frame: ClientFrame): void {
    const older = this.waiting.findIndex(other => isSameState(frame, other));
    if (older >= 0) {
      this.waiting[older] = frame;
    } else {
      this.waiting.push(frame);
    }
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.refill();
    let next = this.nextDue();
    while (this.left >= 1 && next >= 0) {
      this.go(...(this.waiting.splice(next, 1) as [ClientFrame]));
      next = this.nextDue();
    }
    if (next >= 0) {
      const seconds = (1 - this.left) / this.requestsPerSecond;
      this.timer = setTimeout(() => this.flush(), Math.ceil(seconds * 1000));
    }
  }

  private refill(): void {
    const now = Date.now();
    const seconds = Math.max(0, now - this.at) / 1000;
    this.left = Math.min(this.requestsPerSecond, this.left + seconds * this.requestsPerSecond);
    this.at = now;
  }

  private nextDue(): number {
    const sent = [...this.onTheirWay.values()];
    return this.waiting.findIndex(frame => !sent.some(other => isSameState(frame, other)));
  }

  private go(frame: ClientFrame): void {
    this.left -= 1;
    if (frame.type === 'state') {
      this.onTheirWay.set(String(frame.id), frame);
    }
    this.out(frame);
  }
}

function isSameState(a: ClientFrame, b: ClientFrame): boolean {
  return (
    a.type === 'state' &&
    b.type === 'state' &&
    a.room === b.room &&
    a.event === b.event &&
    a.key === b.key
  );
}
