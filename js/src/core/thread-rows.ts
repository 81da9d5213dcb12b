/**
 * Threads of comments as one person has them, and what events make of them.
 *
 * Nothing here asks or remembers anything. An event may be applied twice: the second time changes nothing.
 */

import type { Actor, Comment, LoggedEvent, Reaction, Thread } from './protocol.js';

/** Of what in a thread, or in a whole document, somebody wants to be told. */
export type Following = 'participating' | 'all' | 'muted';

/** A thread, how many of its comments are new to this page's person, and what they follow. */
export interface OwnThread extends Thread {
  unread: number;
  subscription: Following;
  /** How its issue stands after the runs so far; null: no run has found it. */
  issue_state?: 'open' | 'fixed' | null;
}

export type ThreadFilter = 'open' | 'resolved' | 'mine' | 'mentions' | 'unread' | 'orphaned';

/** All threads of a document; or those of a project that a filter lets through. */
export type ThreadQuery =
  | { document: string }
  | { project: string; filter: ThreadFilter }
  | { issue: string; project: string };

/** Where in a document, in its order: what is about the whole comes first, what has lost its place last. */
export const FIRST = -1;

export const keyOf = (query: ThreadQuery): string => JSON.stringify(query);

export function pathOf(query: ThreadQuery, limit: number, cursor: string | null): string {
  const asked = new URLSearchParams();
  if ('document' in query) {
    asked.set('document', query.document);
    asked.set('state', 'all');
  } else {
    asked.set('project', query.project);
    if ('issue' in query) {
      asked.set('issue', query.issue);
      asked.set('state', 'all');
    } else {
      const isState = query.filter === 'open' || query.filter === 'resolved';
      asked.set('state', isState ? query.filter : 'all');
      if (!isState) {
        asked.set('filter', query.filter);
      }
    }
  }
  asked.set('limit', String(limit));
  if (cursor !== null) {
    asked.set('cursor', cursor);
  }
  return `threads?${asked}`;
}

export function isIn(thread: OwnThread, query: ThreadQuery, me: string | null): boolean {
  if ('document' in query) {
    return thread.document === query.document;
  }
  if (thread.project !== query.project) {
    return false;
  }
  return 'issue' in query ? thread.issue === query.issue : fits(thread, query.filter, me);
}

export function fits(thread: OwnThread, filter: ThreadFilter, me: string | null): boolean {
  switch (filter) {
    case 'open':
    case 'resolved':
      return thread.state === filter;
    case 'mine':
      return thread.comments.some(({ author, deleted }) => !deleted && isMe(author, me));
    case 'mentions':
      return me !== null && thread.comments.some(({ mentions }) => mentions.includes(me));
    case 'unread':
      return thread.unread > 0;
    case 'orphaned':
      return hasLostPlace(thread);
  }
}

/** Whether its code is not to be found for sure: then it waits in the tray for somebody who knows. */
export function hasLostPlace({ anchor }: Pick<Thread, 'anchor'>): boolean {
  return (
    anchor.status === 'orphaned' || anchor.status === 'ambiguous' || anchor.status === 'outdated'
  );
}

/** Programs of somebody are not that person. */
export function isMe({ name, kind }: Actor, me: string | null): boolean {
  return name === me && kind === 'human';
}

/** In the order of the document. */
export function byPlace(one: OwnThread, other: OwnThread): number {
  const [a, b] = [placeOf(one), placeOf(other)];
  return (
    a.lost - b.lost ||
    a.cell - b.cell ||
    a.start - b.start ||
    one.created_at.localeCompare(other.created_at)
  );
}

/** The latest first. */
export function byTime(one: OwnThread, other: OwnThread): number {
  return other.updated_at.localeCompare(one.updated_at) || (one.id < other.id ? 1 : -1);
}

function placeOf({ anchor }: OwnThread) {
  const lost = anchor.status === 'orphaned' ? 1 : 0;
  return { lost, cell: anchor.cell_index ?? FIRST, start: anchor.start ?? FIRST };
}

/** A thread after an event; itself where the event is about something else. */
export function after(thread: OwnThread, event: LoggedEvent, me: string | null): OwnThread {
  switch (event.event) {
    case 'comment:created':
      return event.data.thread === thread.id
        ? withComment(thread, event.data.comment, event.time, me)
        : thread;
    case 'comment:edited':
    case 'comment:deleted':
      return event.data.thread === thread.id ? withChanged(thread, event.data.comment) : thread;
    case 'thread:resolved':
    case 'thread:reopened':
      return event.data.thread === thread.id
        ? turned(thread, event.event === 'thread:resolved', event.actor, event.time)
        : thread;
    case 'reaction:changed': {
      const { comment, reactions } = event.data;
      return event.data.thread === thread.id
        ? withReactions(thread, comment, () => reactions)
        : thread;
    }
    case 'project:update':
      return event.data.kind === 'renamed' ? renamed(thread, event.data) : thread;
    default:
      return thread;
  }
}

/** A thread that somebody begins, as it is to this page's person. */
export function begun(thread: Thread, me: string | null): OwnThread {
  const unread = thread.comments.filter(({ author }) => !isMe(author, me)).length;
  return { ...thread, unread, subscription: 'participating' };
}

export function withComment(
  thread: OwnThread,
  comment: Comment,
  time: string,
  me: string | null,
): OwnThread {
  if (thread.comments.some(({ id }) => id === comment.id)) {
    return thread;
  }
  const comments = [...thread.comments, comment];
  const unread = thread.unread + (isMe(comment.author, me) ? 0 : 1);
  return { ...thread, comments, unread, updated_at: later(thread.updated_at, time) };
}

export function withChanged(thread: OwnThread, comment: Comment): OwnThread {
  return changeComment(thread, comment.id, () => comment);
}

export function withReactions(
  thread: OwnThread,
  comment: string,
  change: (reactions: readonly Reaction[]) => Reaction[],
): OwnThread {
  return changeComment(thread, comment, one => ({ ...one, reactions: change(one.reactions) }));
}

export function changeComment(
  thread: OwnThread,
  id: string,
  change: (comment: Comment) => Comment,
): OwnThread {
  const comments = thread.comments.map(one => (one.id === id ? change(one) : one));
  return { ...thread, comments };
}

export function turned(thread: OwnThread, isResolved: boolean, by: Actor, at: string): OwnThread {
  const state = isResolved ? 'resolved' : 'open';
  if (thread.state === state) {
    return thread;
  }
  const resolved = isResolved ? { by, at } : null;
  return { ...thread, state, resolved, updated_at: later(thread.updated_at, at) };
}

/** With somebody's emoji at a comment, or without it. */
export function reacted(
  reactions: readonly Reaction[],
  emoji: string,
  who: Actor,
  on: boolean,
): Reaction[] {
  const others = (users: readonly Actor[]) => users.filter(({ name }) => name !== who.name);
  const known = reactions.some(one => one.emoji === emoji);
  const changed = reactions.map(one =>
    one.emoji === emoji ? { emoji, users: [...others(one.users), ...(on ? [who] : [])] } : one,
  );
  const all = known || !on ? changed : [...changed, { emoji, users: [who] }];
  return all.filter(({ users }) => users.length > 0);
}

/** Files and whole folders keep their threads. */
function renamed(
  thread: OwnThread,
  { path, old_path }: { path: string; old_path: string | null },
): OwnThread {
  if (old_path === null) {
    return thread;
  }
  if (thread.path === old_path) {
    return { ...thread, path };
  }
  return thread.path.startsWith(`${old_path}/`)
    ? { ...thread, path: path + thread.path.slice(old_path.length) }
    : thread;
}

const later = (one: string, other: string): string => (other > one ? other : one);
