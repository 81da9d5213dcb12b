/** When a page should look after its connection at once: the network is back, somebody looks, a sleep is over. */

const LOOK_EVERY_MS = 5_000;
/** A timer that is so late has slept, with the machine. */
const SLEPT_MS = 15_000;

/** Call `wake` whenever that happens; returns how to stop. */
export function onWaking(wake: () => void): () => void {
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - last >= SLEPT_MS) {
      wake();
    }
    last = now;
  }, LOOK_EVERY_MS);
  globalThis.addEventListener?.('online', wake);
  globalThis.document?.addEventListener('visibilitychange', wake);
  return () => {
    clearInterval(timer);
    globalThis.removeEventListener?.('online', wake);
    globalThis.document?.removeEventListener('visibilitychange', wake);
  };
}
