/** How long to wait before the next try: full jitter over 0.25 s, doubling to 20 s. */

export const FIRST_WAIT_MS = 250;
export const LONGEST_WAIT_MS = 20_000;

/** Waits for the tries of one outage; `random` gives numbers in [0, 1). */
export class Backoff {
  private tries = 0;

  constructor(private readonly random: () => number = Math.random) {}

  /** The next wait in milliseconds; what the server asked for wins. */
  next(retryAfterSeconds?: number | null): number {
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries);
    this.tries += 1;
    if (typeof retryAfterSeconds === 'number') {
      // Spread those who were all told the same.
      return retryAfterSeconds * 1000 + this.random() * FIRST_WAIT_MS;
    }
    return this.random() * ceiling;
  }

  reset(): void {
    this.tries = 0;
  }
}
