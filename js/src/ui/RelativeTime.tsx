/** A moment, relative to now; in full on hover and for those who don't see it. */

import { absoluteTime, relativeTime, useServerNow } from './time.js';

const STEP_MILLISECONDS = 15_000;

export function RelativeTime({ iso }: { iso: string }) {
  // Rounded up, so that what has just happened isn't in the future.
  const now = useServerNow(STEP_MILLISECONDS) + STEP_MILLISECONDS;
  const then = Date.parse(iso);
  if (Number.isNaN(then)) {
    return null;
  }
  return (
    <time dateTime={iso} title={absoluteTime(then)} className="jrt-time">
      {relativeTime(then, now)}
    </time>
  );
}
