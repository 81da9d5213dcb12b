const FRAME_MS = 16;

/** Do something with the next frame. In a hidden tab none is drawn, but the picture must still be kept. */
export function nextFrame(act: () => void): void {
  if (typeof requestAnimationFrame === 'function' && !globalThis.document?.hidden) {
    requestAnimationFrame(act);
  } else {
    setTimeout(act, FRAME_MS);
  }
}
