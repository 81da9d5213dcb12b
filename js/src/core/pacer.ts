/**
 * Keeps to the rate that a server has announced: it refuses what comes faster, and in the end hangs up.
 *
 * What can wait (publishes and states) waits here, in its order; of a state that changes meanwhile only the
 * last value goes out. What can't (a room's position, a sign of life) goes at once, and counts.
 */

import type { ClientFrame } from './protocol.js';

export class Pacer {
  private readonly waiting: ClientFrame[] = [];
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
    while (this.left >= 1 && this.waiting.length > 0) {
      this.go(this.waiting.shift() as ClientFrame);
    }
    if (this.waiting.length > 0) {
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

  private go(frame: ClientFrame): void {
    this.left -= 1;
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
