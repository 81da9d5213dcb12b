/** Who is where: one entry of `user:status`, or of REST, as views have it. */

import type { Actor, StateEntry } from './protocol.js';

export type PresenceStatus = 'online' | 'away' | 'offline';
export type EditMode = 'command' | 'edit';

export interface Running {
  /** Null where nobody can tell which: the page that started it is gone. */
  cell: string | null;
  since: string;
}

export interface Present {
  user: Actor;
  status: PresenceStatus;
  project: string | null;
  document: string | null;
  /** Of the document, from the project's root. */
  path: string | null;
  cell: string | null;
  mode: EditMode | null;
  running: Running | null;
  /** Since when they are there, as they are; null where nobody knows. */
  since: string | null;
  last_seen: string | null;
  sessions: number;
}

const STATUSES: ReadonlySet<unknown> = new Set(['online', 'away', 'offline']);

/** What hangs on a board; null where it says nothing of anybody. */
export function presentOf({ event, data, actor, time }: StateEntry): Present | null {
  return event === 'user:status' && data !== null ? readPresent(data, { actor, time }) : null;
}

/** Whatever an older or a newer server leaves out is not known. */
export function readPresent(
  data: unknown,
  stamped: { actor: Actor; time: string } | null = null,
): Present | null {
  if (typeof data !== 'object' || data === null) {
    return null;
  }
  const given = data as Record<string, unknown>;
  const user = (given.user ?? stamped?.actor) as Actor | undefined;
  if (!STATUSES.has(given.status) || typeof user?.name !== 'string') {
    return null;
  }
  const { mode } = given;
  return {
    user,
    status: given.status as PresenceStatus,
    project: text(given.project),
    document: text(given.document),
    path: text(given.path),
    cell: text(given.cell),
    mode: mode === 'edit' || mode === 'command' ? mode : null,
    running: runningOf(given.running),
    since: text(given.since),
    last_seen: text(given.last_seen) ?? stamped?.time ?? null,
    sessions: typeof given.sessions === 'number' ? given.sessions : 1,
  };
}

function runningOf(value: unknown): Running | null {
  const { cell, since } = (value ?? {}) as Partial<Running>;
  return typeof since === 'string' ? { cell: text(cell), since } : null;
}

/** Under which key somebody hangs: a visitor, for whose name there is only their word, takes nobody's place. */
export const personKey = ({ name, via }: Pick<Actor, 'name' | 'via'>): string =>
  via === 'server' ? `server:${name}` : name;

/** All but oneself: one's own tabs are not shown. */
export const othersOf = (people: readonly Present[], me: Actor | null): Present[] =>
  people.filter(({ user }) => me === null || personKey(user) !== personKey(me));

/** They are gone; where they were stays, for "last seen". */
export function gone(present: Present, at: string): Present {
  if (present.status === 'offline') {
    return present;
  }
  const nowhere = { cell: null, mode: null, running: null, since: null, sessions: 0 };
  return { ...present, ...nowhere, status: 'offline', last_seen: at };
}

const RANK: Record<PresenceStatus, number> = { online: 0, away: 1, offline: 2 };

/** Those who are there come first; among those who are gone, who left last. Within that by name. */
export function byPresence(a: Present, b: Present): number {
  const byStatus = RANK[a.status] - RANK[b.status];
  const byTime = a.status === 'offline' ? (b.last_seen ?? '').localeCompare(a.last_seen ?? '') : 0;
  return byStatus || byTime || a.user.display_name.localeCompare(b.user.display_name);
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
