/** What toasts say. */

import type { Notification } from '../core/notifications.js';
import type { NotificationNew } from '../core/protocol.js';
import { actorsText } from '../ui/notification-words.js';
import { categoryName } from '../ui/preference-words.js';
import type { Strings } from '../ui/translator.js';

const MOST_CHARACTERS = 139;

/** What it is, who did it besides me, and how it begins. */
export function toastText(one: NotificationNew, me: string | null, trans: Strings): string {
  const others = one.actors.filter(({ name }) => name !== me);
  const who = actorsText({ actors: others }, me, trans);
  return fitting([one.title, who, one.message.split('\n')[0] ?? ''].filter(line => line !== ''));
}

/** As many lines as fit: JupyterLab cuts the rest off in the middle of a word. */
function fitting(lines: readonly string[]): string {
  const [first = '', ...others] = lines;
  return others.reduce(
    (words, line) => (words.length + line.length < MOST_CHARACTERS ? `${words}\n${line}` : words),
    first.length > MOST_CHARACTERS ? `${first.slice(0, MOST_CHARACTERS - 1)}…` : first,
  );
}

const GRAVITY: readonly Notification['type'][] = ['error', 'warning', 'success', 'info'];

export const gravest = (news: readonly NotificationNew[]): Notification['type'] =>
  GRAVITY.find(type => news.some(one => one.type === type)) ?? 'info';

/** "5 new notifications: Analyses 3, Mentions 2". */
export function summaryText(news: readonly NotificationNew[], trans: Strings): string {
  const counts = new Map<Notification['category'], number>();
  for (const { category } of news) {
    counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  const parts = [...counts].map(([category, count]) =>
    trans.__('%1 %2', categoryName(category, trans), count),
  );
  const all = trans._n('%1 new notification', '%1 new notifications', news.length);
  return trans.__('%1: %2', all, parts.join(', '));
}
