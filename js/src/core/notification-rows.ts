/** Rows of an inbox: which list they stand in, in what order, and what an act or an event makes of them. */

import type { LoggedEvent, NotificationChanged, NotificationNew } from './protocol.js';

export type Notification = Omit<NotificationNew, 'unread' | 'toast' | 'toast_at'>;
export type Box = 'inbox' | 'unread' | 'archived' | 'snoozed' | 'all';

/** Which notifications a list shows; what is left out: any. */
export interface Query {
  box: Box;
  category?: Notification['category'] | undefined;
  type?: Notification['type'] | undefined;
  project?: string | undefined;
  text?: string | undefined;
}

/** What becomes of a row; what is left out stays as it is. */
export interface Change {
  read?: boolean;
  /** With `read`: the last event that was seen. What came behind it stays unread. */
  up_to?: number;
  seen?: boolean;
  archived?: boolean;
  /** Null: it is back. */
  snoozed_until?: string | null;
}

/** Which rows an act is about: some by id, or all in the inbox up to an event. */
export type Scope =
  | { ids: ReadonlySet<string> }
  | {
      upTo: number;
      category?: Notification['category'] | undefined;
      project?: string | undefined;
    };

/** A row as REST and events have it: without what an event says besides. */
export function rowOf({ unread: _, toast: __, toast_at: ___, ...row }: NotificationNew) {
  return row satisfies Notification;
}

export const keyOf = ({ box, category, type, project, text }: Query): string =>
  JSON.stringify([box, category ?? null, type ?? null, project ?? null, text || null]);

export function pathOf(query: Query, limit: number, cursor?: string | null): string {
  const asked = new URLSearchParams({ box: query.box, limit: String(limit) });
  const more = { category: query.category, type: query.type, project: query.project };
  for (const [name, value] of Object.entries({ ...more, q: query.text, cursor })) {
    if (value) {
      asked.set(name, value);
    }
  }
  return `notifications?${asked}`;
}

export const isInInbox = ({ archived, snoozed_until }: Notification): boolean =>
  !archived && snoozed_until === null;

/** Whether the badge counts it. */
export const isCounted = (row: Notification): boolean => !row.read && isInInbox(row);

export function isInBox(row: Notification, box: Box): boolean {
  switch (box) {
    case 'inbox':
      return isInInbox(row);
    case 'unread':
      return isCounted(row);
    case 'archived':
      return row.archived;
    case 'snoozed':
      return row.snoozed_until !== null && !row.archived;
    case 'all':
      return true;
  }
}

/** Whether it is what a list looks for, in whichever box. */
export function isSought(row: Notification, { category, type, project, text }: Query): boolean {
  return (
    (!category || row.category === category) &&
    (!type || row.type === type) &&
    (!project || row.project === project) &&
    (!text || `${row.title}\n${row.message}`.toLowerCase().includes(text.toLowerCase()))
  );
}

type Place = Pick<Notification, 'updated_at' | 'id'>;

/** The order of all lists. Times of one server are equally long, and ids are compared by their characters. */
export function newestFirst(a: Place, b: Place): number {
  const [one, other] = a.updated_at === b.updated_at ? [a.id, b.id] : [a.updated_at, b.updated_at];
  return one === other ? 0 : one > other ? -1 : 1;
}

export function isIn(row: Notification, scope: Scope): boolean {
  if ('ids' in scope) {
    return scope.ids.has(row.id);
  }
  const { upTo, category, project } = scope;
  const isOf = (!category || row.category === category) && (!project || row.project === project);
  return isOf && row.seq <= upTo && isInInbox(row);
}

/** A row after a change; the same one where it changes nothing. */
export function changed(row: Notification, change: Change): Notification {
  const isCovered = change.up_to === undefined || row.seq <= change.up_to;
  const next = {
    read: change.read === false ? false : row.read || (change.read === true && isCovered),
    seen: row.seen || (isCovered && (change.seen === true || change.read === true)),
    archived: change.archived ?? row.archived,
    snoozed_until: change.snoozed_until === undefined ? row.snoozed_until : change.snoozed_until,
  };
  const isSame =
    next.read === row.read &&
    next.seen === row.seen &&
    next.archived === row.archived &&
    next.snoozed_until === row.snoozed_until;
  return isSame ? row : { ...row, ...next };
}

/** What an event makes of the rows that it is about, and whether it says so at all. */
export function changeOf(data: NotificationChanged): Change | null {
  const { read, seen, archived, snoozed_until, up_to } = data;
  if (read === null && seen === null && archived === null && snoozed_until === null) {
    return null;
  }
  return {
    up_to,
    ...(read === null ? {} : { read }),
    ...(seen === null ? {} : { seen }),
    ...(archived === null ? {} : { archived }),
    ...(snoozed_until === null ? {} : { snoozed_until: snoozed_until || null }),
  };
}

export function scopeOf({ ids, up_to, category, project }: NotificationChanged): Scope {
  return ids === null
    ? { upTo: up_to, category: category ?? undefined, project: project ?? undefined }
    : { ids: new Set(ids) };
}

/** When it came back by itself it came back to the top. */
export function cameBackAt({ event, actor, time, data }: LoggedEvent): string | null {
  const isBack = event === 'notification:changed' && data.snoozed_until === '';
  return isBack && actor.kind === 'system' ? time : null;
}
