const FRAME_MS = 16;
/** Longer than any frame takes; for a frame that does not come. */
const LATEST_MS = 200;

/**
 * Do something with the next frame.
 *
 * In a hidden tab none is drawn, and one that was asked for just before the tab was hidden does not come
 * until it is seen again. But the picture must still be kept: then a timer does it.
 */
export function nextFrame(act: () => void): void {
  if (typeof requestAnimationFrame !== 'function' || globalThis.document?.hidden) {
    setTimeout(act, FRAME_MS);
    return;
  }
  const frame = requestAnimationFrame(() => {
    clearTimeout(timer);
    act();
  });
  const timer = setTimeout(() => {
    cancelAnimationFrame(frame);
    act();
  }, LATEST_MS);
}
