/**
 * The comments of documents and projects: kept up to date, and written.
 *
 * Rules
 * 1. What is known, and what is laid over it, is the picture's (`thread-picture.ts`); how it is loaded and
 *    what is heard, the feed's (`thread-feed.ts`); here is what people do.
 * 2. What the person wrote shows at once, and once.
 * 3. The same text sent again has the same key, so that it is never there twice.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Connection } from './connection.js';
import type { Actor, Anchor, Comment } from './protocol.js';
import { randomKey } from './random.js';
import {
  draftComment,
  draftThread,
  isPending,
  type Place,
  pendingId,
  quoteOf,
} from './thread-drafts.js';
import { type Role, ThreadFeed } from './thread-feed.js';
import { type Change, type Lists, ThreadPicture } from './thread-picture.js';
import {
  changeComment,
  type Following,
  type OwnThread,
  reacted,
  type ThreadQuery,
  turned,
  withChanged,
  withComment,
  withReactions,
} from './thread-rows.js';

export { isPending, type Place } from './thread-drafts.js';
export type { Role } from './thread-feed.js';
export { NO_THREADS, type ThreadListView } from './thread-picture.js';
export type { Following, OwnThread, ThreadFilter, ThreadQuery } from './thread-rows.js';
export { fits, hasLostPlace, isMe, keyOf } from './thread-rows.js';

export type ThreadVerb =
  | 'resolve'
  | 'reopen'
  | 'react'
  | 'delete'
  | 'undelete'
  | 'subscribe'
  | 'place';

/** Why an act was taken back, and how to do it after all. */
export interface ThreadRefusal {
  thread: string;
  verb: ThreadVerb;
  error: unknown;
  retry: () => void;
}

export interface ThreadsState {
  lists: Lists;
  refused: ThreadRefusal | null;
  /** Comments that were deleted here and can be brought back. */
  restorable: ReadonlySet<string>;
  /** What this page's person is in each project. */
  roles: Readonly<Record<string, Role>>;
}

/** Somewhere that a thread might belong. */
export interface Candidate {
  cell_id: string | null;
  cell_index: number | null;
  start: number | null;
  end: number | null;
  quote: string;
  score: number;
}

export type Person = Pick<Actor, 'name' | 'display_name' | 'initials' | 'color' | 'avatar_url'>;

export class Threads {
  readonly store: StoreApi<ThreadsState>;
  private readonly picture: ThreadPicture;
  private readonly feed: ThreadFeed;

  constructor(private readonly connection: Pick<Connection, 'store' | 'rest' | 'subscribe'>) {
    this.store = createStore<ThreadsState>(() => ({
      ...{ lists: {}, refused: null, restorable: new Set(), roles: {} },
    }));
    this.picture = new ThreadPicture(
      () => this.me?.name ?? null,
      lists => this.store.setState({ lists }),
    );
    this.feed = new ThreadFeed(connection, this.picture, (project, role) =>
      this.store.setState({ roles: { ...this.store.getState().roles, [project]: role } }),
    );
  }

  private get me(): Actor | null {
    return this.connection.store.getState().user;
  }

  // -- what is shown

  /** Show a list: it is loaded, and stays up to date until the returned function is called. */
  open(project: string, query: ThreadQuery): () => void {
    return this.feed.open(project, query);
  }

  /** Load what follows in a list of a project. */
  more(query: ThreadQuery): void {
    this.feed.more(query);
  }

  /** Load a list that could not be loaded. */
  retry(query: ThreadQuery): void {
    this.feed.retry(query);
  }

  /** A thread as it is shown. */
  get(id: string): OwnThread | null {
    return this.picture.get(id);
  }

  // -- what people do

  /** Begin a thread; rejects where it could not be kept, and nothing of it stays. */
  async begin(
    project: string,
    place: Place,
    body: string,
    { key = randomKey(), issue = null }: { key?: string; issue?: string | null } = {},
  ): Promise<OwnThread> {
    const id = pendingId(key);
    const comment = draftComment(`${id}:comment`, body, this.meOrFail());
    this.picture.put(draftThread(id, project, place, comment, issue));
    this.picture.touch();
    const { document, ...where } = place;
    try {
      const made = await this.feed.waitingFor(document, () =>
        this.connection.rest.post<OwnThread>('threads', {
          ...{ document, ...where, body, key },
          ...(issue === null ? {} : { issue }),
        }),
      );
      return this.get(made.id) ?? made;
    } finally {
      this.picture.remove(id);
    }
  }

  /** Answer; rejects where it could not be kept, and nothing of it stays. */
  async reply(id: string, body: string, key = randomKey()): Promise<Comment> {
    const me = this.meOrFail();
    const comment = draftComment(pendingId(key), body, me);
    const act = this.picture.lay(id, thread =>
      withComment(thread, comment, comment.created_at, me.name),
    );
    try {
      return await this.feed.waitingFor(id, async () => {
        const path = `threads/${encodeURIComponent(id)}/comments`;
        const made = await this.connection.rest.post<Comment>(path, { body, key });
        this.picture.change(id, thread => withComment(thread, made, made.created_at, me.name));
        return made;
      });
    } finally {
      this.picture.lift(act);
    }
  }

  async edit(id: string, comment: string, body: string): Promise<void> {
    const edited_at = new Date().toISOString();
    const act = this.picture.lay(id, thread =>
      changeComment(thread, comment, one => ({ ...one, body, html: '', edited_at })),
    );
    try {
      const path = commentPath(id, comment);
      const made = await this.connection.rest.patch<Comment>(path, { body });
      this.picture.change(id, thread => withChanged(thread, made));
    } finally {
      this.picture.lift(act);
    }
  }

  remove(id: string, comment: string): Promise<boolean> {
    const gone = (thread: OwnThread) =>
      changeComment(thread, comment, one => ({
        ...{ ...one, deleted: true, body: '', html: '', reactions: [], mentions: [] },
      }));
    return this.attempt('delete', id, gone, async () => {
      const made = await this.connection.rest.delete<Comment | undefined>(commentPath(id, comment));
      this.picture.change(id, thread => (made ? withChanged(thread, made) : gone(thread)));
      this.setRestorable(comment, true);
    });
  }

  /** Bring back what was deleted here a moment ago. */
  restore(id: string, comment: string): Promise<boolean> {
    const same = (thread: OwnThread) => thread;
    return this.attempt('undelete', id, same, async () => {
      const path = `${commentPath(id, comment)}/undelete`;
      const made = await this.connection.rest.put<Comment>(path, {});
      this.picture.change(id, thread => withChanged(thread, made));
      this.setRestorable(comment, false);
    });
  }

  resolve(id: string): Promise<boolean> {
    return this.turn(id, true);
  }

  reopen(id: string): Promise<boolean> {
    return this.turn(id, false);
  }

  private turn(id: string, isResolved: boolean): Promise<boolean> {
    const by = this.meOrFail();
    const verb = isResolved ? 'resolve' : 'reopen';
    const at = new Date().toISOString();
    return this.attempt(
      verb,
      id,
      thread => turned(thread, isResolved, by, at),
      () => this.posted(id, verb),
    );
  }

  react(id: string, comment: string, emoji: string, on: boolean): Promise<boolean> {
    const me = this.meOrFail();
    const change = (thread: OwnThread) =>
      withReactions(thread, comment, reactions => reacted(reactions, emoji, me, on));
    return this.attempt('react', id, change, async () => {
      const path = `threads/${encodeURIComponent(id)}/reactions`;
      const made = await this.connection.rest.post<Comment>(path, { comment, emoji, on });
      this.picture.change(id, thread => withChanged(thread, made));
    });
  }

  subscribe(id: string, subscription: Following): Promise<boolean> {
    const change = (thread: OwnThread) => ({ ...thread, subscription });
    return this.attempt('subscribe', id, change, async () => {
      const path = `threads/${encodeURIComponent(id)}/subscription`;
      await this.connection.rest.put(path, { subscription });
      this.picture.change(id, change);
    });
  }

  /** What this page's person wants to be told of a document's threads. */
  async followed(document: string): Promise<Following> {
    const path = `documents/${encodeURIComponent(document)}/subscription`;
    return (await this.connection.rest.get<{ subscription: Following }>(path)).subscription;
  }

  /** Of a whole document: for the threads that have no word of their own. */
  async subscribeDocument(document: string, subscription: Following): Promise<void> {
    const path = `documents/${encodeURIComponent(document)}/subscription`;
    await this.connection.rest.put(path, { subscription });
    this.feed.loadAgain();
  }

  /** Say where a thread belongs. */
  place(id: string, { document: _, ...where }: Place): Promise<boolean> {
    const { start, end, cell_id, cell_index } = where;
    const quote = quoteOf(where);
    const moved: Partial<Anchor> = {
      status: 'exact',
      score: 1,
      cell_id,
      cell_index,
      start,
      end,
      quote,
    };
    const change = (thread: OwnThread) => ({ ...thread, anchor: { ...thread.anchor, ...moved } });
    return this.attempt('place', id, change, async () => {
      const path = `threads/${encodeURIComponent(id)}/anchor`;
      await this.feed.take(() => this.connection.rest.put<OwnThread>(path, where));
    });
  }

  /** Where a thread without a place might belong, the likeliest first. */
  async candidates(id: string): Promise<Candidate[]> {
    const path = `threads/${encodeURIComponent(id)}/candidates`;
    return (await this.connection.rest.get<{ items: Candidate[] }>(path)).items;
  }

  /** What was looked at: nobody has done anything, so there is nothing to say if it fails. */
  async looked(id: string): Promise<void> {
    const thread = this.picture.known(id);
    const last = thread?.comments.at(-1);
    if (!thread || !last || thread.unread === 0 || isPending(id)) {
      return;
    }
    const act = this.picture.lay(id, one => ({ ...one, unread: 0 }));
    try {
      const path = `threads/${encodeURIComponent(id)}/read`;
      const { unread } = await this.connection.rest.post<{ unread: number }>(path, {
        up_to: last.id,
      });
      this.picture.change(id, one => ({ ...one, unread }));
    } catch {
      // The next look says it again.
    } finally {
      this.picture.lift(act);
    }
  }

  /** Who can be mentioned in a document: members who may read it. */
  async mentionable(document: string, query: string, signal?: AbortSignal): Promise<Person[]> {
    const path = `documents/${encodeURIComponent(document)}/mentionable`;
    const asked = `${path}?q=${encodeURIComponent(query)}&limit=8`;
    return (await this.connection.rest.get<{ items: Person[] }>(asked, signal)).items;
  }

  /** A text as it will look in a document. */
  async preview(document: string, body: string, signal?: AbortSignal): Promise<string> {
    const made = await this.connection.rest.post<{ html: string }>(
      'threads/preview',
      { document, body },
      signal,
    );
    return made.html;
  }

  /** What was refused is no longer of interest. */
  settle(): void {
    this.store.setState({ refused: null });
  }

  private posted(id: string, verb: string): Promise<void> {
    const path = `threads/${encodeURIComponent(id)}/${verb}`;
    return this.feed.take(() => this.connection.rest.post<OwnThread>(path, {}));
  }

  private async attempt(
    verb: ThreadVerb,
    id: string,
    change: Change,
    ask: () => Promise<void>,
  ): Promise<boolean> {
    this.store.setState({ refused: null });
    const act = this.picture.lay(id, change);
    try {
      await ask();
      return true;
    } catch (error) {
      const retry = () => void this.attempt(verb, id, change, ask);
      this.store.setState({ refused: { thread: id, verb, error, retry } });
      return false;
    } finally {
      this.picture.lift(act);
    }
  }

  private setRestorable(comment: string, isSo: boolean): void {
    const restorable = new Set(this.store.getState().restorable);
    if (isSo) {
      restorable.add(comment);
    } else {
      restorable.delete(comment);
    }
    this.store.setState({ restorable });
  }

  private meOrFail(): Actor {
    if (this.me === null) {
      throw new Error('Nobody is known here yet.');
    }
    return this.me;
  }
}

const commentPath = (thread: string, comment: string): string =>
  `threads/${encodeURIComponent(thread)}/comments/${encodeURIComponent(comment)}`;
