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

export function rowsOf(items: readonly Notification[], now: number, trans: Strings): Row[] {
  const rows: Row[] = [];
  let date = '';
  let day = '';
  for (const [index, notification] of items.entries()) {
    const at = new Date(notification.updated_at).toDateString();
    if (at !== date) {
      date = at;
      const name = dayName(notification.updated_at, now, trans);
      if (name !== day) {
        day = name;
        rows.push({ kind: 'day', key: `day ${name}`, day: name });
      }
    }
    rows.push({
      kind: 'notification',
      key: notification.id,
      notification,
      position: index + 1,
    });
  }
  return rows;
}
