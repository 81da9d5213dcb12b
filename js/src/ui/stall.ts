import { useRef } from 'react';

import { useNow } from './time.js';

/** How long the bar has not moved, in milliseconds. */
export function useStall(progress: number): number {
  const now = useNow();
  const last = useRef({ progress, since: now });
  if (last.current.progress !== progress) {
    last.current = { progress, since: now };
  }
  return Math.max(0, now - last.current.since);
}
