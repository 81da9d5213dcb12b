/** A moment, relative to now; in full on hover and on focus. */

import { absoluteTime, relativeTime, useServerNow } from './time.js';

const STEP_MILLISECONDS = 15_000;

interface Props {
  iso: string;
  /** Within something that takes the focus itself. */
  nested?: boolean;
}

export function RelativeTime({ iso, nested = false }: Props) {
  // Rounded up, so that what has just happened isn't in the future.
  const now = useServerNow(STEP_MILLISECONDS) + STEP_MILLISECONDS;
  const then = Date.parse(iso);
  if (Number.isNaN(then)) {
    return null;
  }
  return (
    <time
      dateTime={iso}
      title={absoluteTime(then)}
      className="jrt-time jrt-tip"
      data-tip={absoluteTime(then)}
      tabIndex={nested ? undefined : 0}
    >
      {relativeTime(then, now)}
    </time>
  );
}
