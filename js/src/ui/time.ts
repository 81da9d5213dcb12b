/** Times as people read them, from one timer for the whole page. */

import { createContext, useContext, useSyncExternalStore } from 'react';

const TICK_MILLISECONDS = 1000;

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function listen(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(tick, TICK_MILLISECONDS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function tick(): void {
  now = Date.now();
  for (const listener of listeners) {
    listener();
  }
}

// While nobody listens the timer rests, and `now` with it.
function currentTime(stepMilliseconds: number): number {
  const time = timer === undefined ? Date.now() : now;
  return Math.floor(time / stepMilliseconds) * stepMilliseconds;
}

/** The time in steps, in milliseconds: the view is drawn again once a step. */
export function useNow(stepMilliseconds = TICK_MILLISECONDS): number {
  return useSyncExternalStore(listen, () => currentTime(stepMilliseconds));
}

const ClockAhead = createContext(0);

/** Tells the views below how far the server's clock is ahead, in milliseconds. */
export const ClockAheadProvider = ClockAhead.Provider;

const OfflineSince = createContext<number | null>(null);

/** Tells the views below since when the page has been offline, by its own clock; null: it is not. */
export const OfflineSinceProvider = OfflineSince.Provider;

export const useOfflineSince = (): number | null => useContext(OfflineSince);

/** The same by the server's clock: to be compared with times that the server has stamped. */
export function useServerNow(stepMilliseconds = TICK_MILLISECONDS): number {
  return useNow(stepMilliseconds) + useContext(ClockAhead);
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** Making a formatter takes longer than what it formats; there are few of them. */
function kept<Format>(make: (locale: string | undefined) => Format): (locale?: string) => Format {
  const made = new Map<string | undefined, Format>();
  return locale => {
    const format = made.get(locale) ?? make(locale);
    made.set(locale, format);
    return format;
  };
}

const relativeFormat = kept(locale => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));
const absoluteFormat = kept(
  locale => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }),
);
const clockFormat = kept(locale => new Intl.DateTimeFormat(locale, { timeStyle: 'short' }));

/** Say how long ago it was: "now", "5 minutes ago", "yesterday". */
export function relativeTime(then: number, at: number, locale?: string): string {
  const format = relativeFormat(locale);
  // A server whose clock is ahead must not make things happen in the future.
  const seconds = Math.max(0, (at - then) / 1000);
  const unit = UNITS.find(([, size]) => seconds >= size);
  return unit ? format.format(-Math.floor(seconds / unit[1]), unit[0]) : format.format(0, 'second');
}

/** The same moment in full, in the reader's zone. */
export function absoluteTime(then: number, locale?: string): string {
  return absoluteFormat(locale).format(then);
}

/** The time of day, in the reader's zone: for what began a short while ago and goes on. */
export function clockTime(then: number, locale?: string): string {
  return clockFormat(locale).format(then);
}
