/** At once, then at most so often; of what comes between only the last counts. */
export class Throttle<Value> {
  private last = -Infinity;
  private waiting: { value: Value } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly everyMilliseconds: () => number,
    private readonly act: (value: Value) => void,
  ) {}

  put(value: Value): void {
    this.waiting = { value };
    const wait = this.last + this.everyMilliseconds() - performance.now();
    if (wait <= 0) {
      this.flush();
    } else {
      this.timer ??= setTimeout(() => this.flush(), wait);
    }
  }

  /** Forget what waits. */
  drop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = null;
  }

  private flush(): void {
    const { waiting } = this;
    this.drop();
    if (waiting !== null) {
      this.last = performance.now();
      this.act(waiting.value);
    }
  }
}
