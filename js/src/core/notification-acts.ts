/** What a person did to notifications: laid over what the server has said, and how it is undone. */

import {
  type Change,
  changed,
  isCounted,
  isIn,
  type Notification,
  type Scope,
} from './notification-rows.js';

export type Verb = 'read' | 'unread' | 'archive' | 'restore' | 'snooze' | 'wake' | 'undo';

/** Something that the server has not answered yet. */
export interface Act {
  scope: Scope;
  change: Change;
}

/** Something that can be undone, by these steps. */
export interface Done {
  verb: Verb;
  /** Of how many notifications. */
  count: number;
  steps: readonly { ids: readonly string[]; change: Change }[];
}

/** A row as its person sees it. */
export function laidOver(row: Notification, acts: readonly Act[]): Notification {
  return acts.reduce((seen, { scope, change }) => {
    return isIn(seen, scope) ? changed(seen, change) : seen;
  }, row);
}

/** The badge as its person sees it: the server's count, moved by what is not answered yet. */
export function countWith(
  unread: number,
  acts: readonly Act[],
  pairs: readonly (readonly [said: Notification, seen: Notification])[],
): number {
  const counted = pairs.filter(([, seen]) => isCounted(seen)).length;
  if (acts.some(isOfAll)) {
    // Those that nobody has loaded are read, too.
    return counted;
  }
  const before = pairs.filter(([said]) => isCounted(said)).length;
  return Math.max(0, unread + counted - before);
}

const isOfAll = ({ scope, change }: Act): boolean =>
  change.read === true && !('ids' in scope) && !scope.category && !scope.project;

/** How rows become again what they were before a change. */
export function inverse(before: readonly Notification[], change: Change): Done['steps'] {
  const ids = before.map(({ id }) => id);
  if (change.read !== undefined) {
    const upTo = Math.max(...before.map(({ seq }) => seq));
    return [{ ids, change: change.read ? { read: false } : { read: true, up_to: upTo } }];
  }
  if (change.archived !== undefined) {
    return [{ ids, change: { archived: !change.archived } }];
  }
  const untils = new Map<string | null, string[]>();
  for (const { id, snoozed_until } of before) {
    untils.set(snoozed_until, [...(untils.get(snoozed_until) ?? []), id]);
  }
  return [...untils].map(([until, of]) => ({ ids: of, change: { snoozed_until: until } }));
}
