/** The rows of a list of notifications: one after the other, under the days on which they came. */

import type { Notification } from '../core/notifications.js';
import type { Strings } from './translator.js';

export type Row =
  | { kind: 'day'; key: string; day: string }
  | { kind: 'notification'; key: string; notification: Notification; position: number };

const A_DAY_MS = 86_400_000;

/** Whether two moments lie on one day, and how many days are between, by the reader's calendar. */
function daysBetween(then: number, now: number): number {
  const [one, other] = [new Date(then), new Date(now)];
  const days = (of: Date) => Date.UTC(of.getFullYear(), of.getMonth(), of.getDate()) / A_DAY_MS;
  return days(other) - days(one);
}

export function dayName(iso: string, now: number, trans: Strings): string {
  const then = Date.parse(iso);
  const days = daysBetween(then, now);
  if (days <= 0) {
    return trans.__('Today');
  }
  if (days === 1) {
    return trans.__('Yesterday');
  }
  return days < 7
    ? new Intl.DateTimeFormat(undefined, { weekday: 'long' }).format(then)
    : new Intl.DateTimeFormat(undefined, { dateStyle: 'long' }).format(then);
}

/** When the reader's day began on which this was, as the server writes times. */
function beginningOfDay(iso: string): string {
  const day = new Date(iso);
  day.setHours(0, 0, 0, 0);
  return day.toISOString();
}

/** Put the days between notifications that stand newest first. */
export function rowsOf(items: readonly Notification[], now: number, trans: Strings): Row[] {
  const rows: Row[] = [];
  // Texts of one form: whether something is of the day is told without making a date of it.
  let since: string | null = null;
  for (const [index, notification] of items.entries()) {
    const { id, updated_at } = notification;
    if (since === null || updated_at < since) {
      since = beginningOfDay(updated_at);
      rows.push({ kind: 'day', key: `day ${since}`, day: dayName(updated_at, now, trans) });
    }
    rows.push({ kind: 'notification', key: id, notification, position: index + 1 });
  }
  return rows;
}
