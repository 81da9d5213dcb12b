/**
 * The comments of documents and projects: kept up to date, and written.
 *
 * Rules
 * 1. What the server has said is kept apart from what the person did here and it has not answered yet: views
 *    see the one with the other laid over it. A refusal takes its own act away, and no other.
 * 2. What the person wrote shows at once, and once: its event may come before its answer, and waits for it.
 * 3. An answer may be older than events that came while it was under way: they are applied to it again.
 * 4. The same text sent again has the same key, so that it is never there twice.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Connection } from './connection.js';
import { nextFrame } from './frames.js';
import type { Actor, Anchor, Comment, LoggedEvent } from './protocol.js';
import { randomKey } from './random.js';
import {
  after,
  begun,
  byPlace,
  byTime,
  changeComment,
  type Following,
  isIn,
  isMe,
  keyOf,
  type OwnThread,
  pathOf,
  reacted,
  type ThreadQuery,
  turned,
  withChanged,
  withComment,
  withReactions,
} from './thread-rows.js';

export type { Following, OwnThread, ThreadFilter, ThreadQuery } from './thread-rows.js';
export { fits, hasLostPlace, isMe, keyOf } from './thread-rows.js';

export interface ThreadListView {
  items: readonly OwnThread[];
  loaded: boolean;
  loading: boolean;
  more: boolean;
  error: unknown;
}

export const NO_THREADS: ThreadListView = {
  ...{ items: [], loaded: false, loading: false, more: false, error: null },
};

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
  lists: Readonly<Record<string, ThreadListView>>;
  refused: ThreadRefusal | null;
  /** Comments that were deleted here and can be brought back. */
  restorable: ReadonlySet<string>;
  /** What this page's person is in each project. */
  roles: Readonly<Record<string, Role>>;
}

export type Role = 'viewer' | 'member' | 'owner';

/** Where a thread begins: offsets count code points; null: the whole cell, or the whole document. */
export interface Place {
  document: string;
  cell_id: string | null;
  cell_index: number | null;
  /** The text of the cell, or of the file. */
  source: string;
  start: number | null;
  end: number | null;
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

/** What stands in a thread until the server has it. */
interface Act {
  thread: string;
  change: (thread: OwnThread) => OwnThread;
}

interface List {
  query: ThreadQuery;
  shown: number;
  ids: Set<string>;
  next: string | null;
  loaded: boolean;
  loading: boolean;
  error: unknown;
  ticket: number;
}

interface Room {
  leave: () => void;
  followers: number;
  /** Whether it was ever heard to its end: only then an answer of REST misses nothing. */
  heard: boolean;
}

interface Page {
  items: OwnThread[];
  next: string | null;
}

const THREADS_A_PAGE = 200;
const GATHER_MS = 100;
const PENDING = 'pending:';

/** Whether the server has not given it a name yet. */
export const isPending = (id: string): boolean => id.startsWith(PENDING);

export class Threads {
  readonly store: StoreApi<ThreadsState>;
  private readonly threads = new Map<string, OwnThread>();
  private readonly lists = new Map<string, List>();
  private readonly rooms = new Map<string, Room>();
  private acts: Act[] = [];
  /** Events that came since a request was sent, for each request under way. */
  private readonly journals = new Set<LoggedEvent[]>();
  /** Events of my own comments wait for their answers: by thread, or by document for what begins one. */
  private readonly waiting = new Map<string, { asked: number; events: LoggedEvent[] }>();
  private readonly asked = new Set<string>();
  private readonly stale = new Set<string>();
  private staleTimer: ReturnType<typeof setTimeout> | undefined;
  private scheduled = false;

  constructor(private readonly connection: Pick<Connection, 'store' | 'rest' | 'subscribe'>) {
    this.store = createStore<ThreadsState>(() => ({
      ...{ lists: {}, refused: null, restorable: new Set(), roles: {} },
    }));
  }

  private get me(): Actor | null {
    return this.connection.store.getState().user;
  }

  private get myName(): string | null {
    return this.me?.name ?? null;
  }

  // -- following

  /** Show a list: it is loaded, and stays up to date until the returned function is called. */
  open(project: string, query: ThreadQuery): () => void {
    const key = keyOf(query);
    const list: List = this.lists.get(key) ?? {
      ...{ query, shown: 0, ids: new Set(), next: null },
      ...{ loaded: false, loading: false, error: null, ticket: 0 },
    };
    const isNew = list.shown === 0 && !this.lists.has(key);
    this.lists.set(key, list);
    list.shown += 1;
    const leave = this.enter(project);
    if (isNew && this.rooms.get(project)?.heard) {
      void this.load(list);
    }
    this.touch();
    return once(() => {
      list.shown -= 1;
      leave();
      // A view may open it again in the same breath.
      queueMicrotask(() => {
        if (list.shown === 0 && this.lists.get(key) === list) {
          this.lists.delete(key);
          this.forgetUnlisted();
          this.touch();
        }
      });
    });
  }

  private enter(project: string): () => void {
    const room: Room = this.rooms.get(project) ?? { leave: () => {}, followers: 0, heard: false };
    room.followers += 1;
    if (!this.rooms.has(project)) {
      this.rooms.set(project, room);
      room.leave = this.connection.subscribe(`project:${project}`, {
        onEvent: event => this.onEvent(project, event),
        onReady: () => this.onReady(project, room),
        onLost: () => this.loadAgain(),
        onError: error => !error.retryable && this.fail(project, error),
      });
    }
    return () => {
      room.followers -= 1;
      queueMicrotask(() => {
        if (room.followers === 0 && this.rooms.get(project) === room) {
          this.rooms.delete(project);
          room.leave();
        }
      });
    };
  }

  private onReady(project: string, room: Room): void {
    const isFirst = !room.heard;
    room.heard = true;
    for (const list of this.lists.values()) {
      if (isFirst || (!list.loaded && !list.loading)) {
        void this.load(list);
      }
    }
    void this.loadRole(project);
  }

  private async loadRole(project: string): Promise<void> {
    try {
      const path = `projects/${encodeURIComponent(project)}`;
      const { role } = await this.connection.rest.get<{ role: Role }>(path);
      this.store.setState({ roles: { ...this.store.getState().roles, [project]: role } });
    } catch {
      // The next connection asks again; until then it is only looked at.
    }
  }

  private fail(project: string, error: unknown): void {
    for (const list of this.lists.values()) {
      const isOf = 'document' in list.query || list.query.project === project;
      if (isOf && !list.loaded) {
        list.error = error;
      }
    }
    this.touch();
  }

  // -- lists

  /** Load what follows in a list of a project. */
  more(query: ThreadQuery): void {
    const list = this.lists.get(keyOf(query));
    if (list && list.next !== null && !list.loading) {
      void this.load(list, list.next);
    }
  }

  /** Load a list that could not be loaded. */
  retry(query: ThreadQuery): void {
    const list = this.lists.get(keyOf(query));
    if (list && !list.loading) {
      void this.load(list, list.loaded ? list.next : null);
    }
  }

  private async load(list: List, cursor: string | null = null): Promise<void> {
    list.ticket += 1;
    const { ticket } = list;
    Object.assign(list, { loading: true, error: null });
    this.touch();
    try {
      const ids = new Set(cursor === null ? [] : list.ids);
      let next = cursor;
      do {
        const path = pathOf(list.query, THREADS_A_PAGE, next);
        const [page, since] = await this.journaled(() => this.connection.rest.get<Page>(path));
        if (list.ticket !== ticket) {
          return;
        }
        for (const thread of page.items) {
          ids.add(thread.id);
          this.put(thread, since);
        }
        next = page.next;
        // A document's are all on the screen at once: their marks are.
      } while (next !== null && 'document' in list.query);
      list.ids = ids;
      Object.assign(list, { loaded: true, loading: false, next });
    } catch (error) {
      if (list.ticket === ticket) {
        Object.assign(list, { loading: false, error });
      }
    }
    this.touch();
  }

  private loadAgain(): void {
    for (const list of this.lists.values()) {
      void this.load(list);
    }
  }

  /** Ask, and give with the answer what was heard while it was under way. */
  private async journaled<T>(ask: () => Promise<T>): Promise<[T, LoggedEvent[]]> {
    const journal: LoggedEvent[] = [];
    this.journals.add(journal);
    try {
      return [await ask(), journal];
    } finally {
      this.journals.delete(journal);
    }
  }

  private put(thread: OwnThread, since: readonly LoggedEvent[] = []): void {
    this.threads.set(
      thread.id,
      since.reduce((one, event) => after(one, event, this.myName), thread),
    );
  }

  private forgetUnlisted(): void {
    for (const [id, thread] of this.threads) {
      const isListed = [...this.lists.values()].some(
        ({ ids, query }) => ids.has(id) || isIn(thread, query, this.myName),
      );
      if (!isListed) {
        this.threads.delete(id);
      }
    }
  }

  // -- what arrives

  private onEvent(project: string, event: LoggedEvent): void {
    if (event.event === 'member:changed') {
      void this.loadRole(project);
    }
    if (event.event === 'comment:created' && isMe(event.actor, this.myName)) {
      const { document, thread, opens } = event.data;
      const waits = this.waiting.get(opens ? document : thread);
      if (waits) {
        waits.events.push(event);
        return;
      }
    }
    this.apply(event);
  }

  private apply(event: LoggedEvent): void {
    for (const journal of this.journals) {
      journal.push(event);
    }
    for (const [id, thread] of this.threads) {
      this.threads.set(id, after(thread, event, this.myName));
    }
    if (event.event === 'comment:created') {
      const { opens, thread } = event.data;
      if (opens && !this.threads.has(thread)) {
        this.threads.set(thread, begun(opens, this.myName));
      }
    }
    const { thread } = (event.data ?? {}) as { thread?: string };
    if (isOfThreads(event) && thread !== undefined && !this.threads.has(thread)) {
      void this.ask(thread);
    } else if (event.event === 'project:update' && event.data.kind === 'anchors') {
      this.onAnchors(event.data.path);
    }
    this.touch();
  }

  /** One that is not known here, but may belong into a list of the project. */
  private async ask(id: string): Promise<void> {
    if (this.asked.has(id) || ![...this.lists.values()].some(({ query }) => 'project' in query)) {
      return;
    }
    this.asked.add(id);
    try {
      const path = `threads/${encodeURIComponent(id)}`;
      const [thread, since] = await this.journaled(() => this.connection.rest.get<OwnThread>(path));
      this.put(thread, since);
      this.forgetUnlisted();
      this.touch();
    } catch {
      // It is gone, or the next load of its list brings it.
    } finally {
      this.asked.delete(id);
    }
  }

  /** Threads of a file stand elsewhere now. */
  private onAnchors(path: string): void {
    this.stale.add(path);
    this.staleTimer ??= setTimeout(() => {
      this.staleTimer = undefined;
      const moved = [...this.threads.values()].filter(({ path }) => this.stale.has(path));
      for (const list of this.lists.values()) {
        const isOf = (one: OwnThread) => list.ids.has(one.id) || isIn(one, list.query, this.myName);
        if (moved.some(isOf) || 'project' in list.query) {
          void this.load(list);
        }
      }
      this.stale.clear();
    }, GATHER_MS);
  }

  // -- what people do

  /** A thread as it is shown. */
  get(id: string): OwnThread | null {
    const thread = this.threads.get(id);
    return thread ? this.laidOver(thread) : null;
  }

  /** Begin a thread; rejects where it could not be kept, and nothing of it stays. */
  async begin(
    project: string,
    place: Place,
    body: string,
    { key = randomKey(), issue = null }: { key?: string; issue?: string | null } = {},
  ): Promise<OwnThread> {
    const id = PENDING + key;
    const me = this.meOrFail();
    const draft = this.drafted(id, project, place, body, issue, me);
    this.threads.set(id, draft);
    this.touch();
    const { document, ...where } = place;
    try {
      const made = await this.waitingFor(document, () =>
        this.connection.rest.post<OwnThread>('threads', {
          ...{ document, ...where, body, key },
          ...(issue === null ? {} : { issue }),
        }),
      );
      return this.get(made.id) ?? made;
    } finally {
      this.threads.delete(id);
      this.touch();
    }
  }

  /** Answer; rejects where it could not be kept, and nothing of it stays. */
  async reply(id: string, body: string, key = randomKey()): Promise<Comment> {
    const me = this.meOrFail();
    const comment = drafted(PENDING + key, body, me);
    const act = this.lay(id, thread => withComment(thread, comment, comment.created_at, me.name));
    try {
      return await this.waitingFor(id, async () => {
        const path = `threads/${encodeURIComponent(id)}/comments`;
        const made = await this.connection.rest.post<Comment>(path, { body, key });
        this.change(id, thread => withComment(thread, made, made.created_at, me.name));
        return made;
      });
    } finally {
      this.lift(act);
    }
  }

  async edit(id: string, comment: string, body: string): Promise<void> {
    const edited_at = new Date().toISOString();
    const act = this.lay(id, thread =>
      changeComment(thread, comment, one => ({ ...one, body, html: '', edited_at })),
    );
    try {
      const path = commentPath(id, comment);
      const made = await this.connection.rest.patch<Comment>(path, { body });
      this.change(id, thread => withChanged(thread, made));
    } finally {
      this.lift(act);
    }
  }

  remove(id: string, comment: string): Promise<boolean> {
    const gone = (thread: OwnThread) =>
      changeComment(thread, comment, one => ({
        ...{ ...one, deleted: true, body: '', html: '', reactions: [], mentions: [] },
      }));
    return this.attempt('delete', id, gone, async () => {
      const made = await this.connection.rest.delete<Comment | undefined>(commentPath(id, comment));
      this.change(id, thread => (made ? withChanged(thread, made) : gone(thread)));
      this.setRestorable(comment, true);
    });
  }

  /** Bring back what was deleted here a moment ago. */
  restore(id: string, comment: string): Promise<boolean> {
    const same = (thread: OwnThread) => thread;
    return this.attempt('undelete', id, same, async () => {
      const path = `${commentPath(id, comment)}/undelete`;
      const made = await this.connection.rest.put<Comment>(path, {});
      this.change(id, thread => withChanged(thread, made));
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
      () => this.posted(id, verb, {}),
    );
  }

  react(id: string, comment: string, emoji: string, on: boolean): Promise<boolean> {
    const me = this.meOrFail();
    const change = (thread: OwnThread) =>
      withReactions(thread, comment, reactions => reacted(reactions, emoji, me, on));
    return this.attempt('react', id, change, async () => {
      const path = `threads/${encodeURIComponent(id)}/reactions`;
      const made = await this.connection.rest.post<Comment>(path, { comment, emoji, on });
      this.change(id, thread => withChanged(thread, made));
    });
  }

  subscribe(id: string, subscription: Following): Promise<boolean> {
    const change = (thread: OwnThread) => ({ ...thread, subscription });
    return this.attempt('subscribe', id, change, async () => {
      const path = `threads/${encodeURIComponent(id)}/subscription`;
      await this.connection.rest.put(path, { subscription });
      this.change(id, change);
    });
  }

  /** Of a whole document: for the threads that have no word of their own. */
  async subscribeDocument(document: string, subscription: Following): Promise<void> {
    const path = `documents/${encodeURIComponent(document)}/subscription`;
    await this.connection.rest.put(path, { subscription });
    this.loadAgain();
  }

  /** Say where a thread belongs. */
  place(id: string, { document: _, ...where }: Place): Promise<boolean> {
    const { start, end, source, cell_id, cell_index } = where;
    const quote = sliceOf(source, start, end);
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
      this.put(await this.connection.rest.put<OwnThread>(path, where));
    });
  }

  /** Where a thread without a place might belong, the likeliest first. */
  async candidates(id: string): Promise<Candidate[]> {
    const path = `threads/${encodeURIComponent(id)}/candidates`;
    return (await this.connection.rest.get<{ items: Candidate[] }>(path)).items;
  }

  /** What was looked at: nobody has done anything, so there is nothing to say if it fails. */
  async looked(id: string): Promise<void> {
    const thread = this.threads.get(id);
    const last = thread?.comments.at(-1);
    if (!thread || !last || thread.unread === 0 || isPending(id)) {
      return;
    }
    const act = this.lay(id, one => ({ ...one, unread: 0 }));
    try {
      const path = `threads/${encodeURIComponent(id)}/read`;
      const { unread } = await this.connection.rest.post<{ unread: number }>(path, {
        up_to: last.id,
      });
      this.change(id, one => ({ ...one, unread }));
    } catch {
      // The next look says it again.
    } finally {
      this.lift(act);
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

  private async posted(id: string, verb: string, body: unknown): Promise<void> {
    const path = `threads/${encodeURIComponent(id)}/${verb}`;
    const [thread, since] = await this.journaled(() =>
      this.connection.rest.post<OwnThread>(path, body),
    );
    this.put(thread, since);
  }

  private async attempt(
    verb: ThreadVerb,
    id: string,
    change: Act['change'],
    ask: () => Promise<void>,
  ): Promise<boolean> {
    this.store.setState({ refused: null });
    const act = this.lay(id, change);
    try {
      await ask();
      return true;
    } catch (error) {
      const retry = () => void this.attempt(verb, id, change, ask);
      this.store.setState({ refused: { thread: id, verb, error, retry } });
      return false;
    } finally {
      this.lift(act);
    }
  }

  /** Ask for something of my own, whose event is not to be seen before its answer. */
  private async waitingFor<T extends OwnThread | Comment>(
    what: string,
    ask: () => Promise<T>,
  ): Promise<T> {
    const waits = this.waiting.get(what) ?? { asked: 0, events: [] };
    this.waiting.set(what, waits);
    waits.asked += 1;
    try {
      const made = await ask();
      if ('comments' in made) {
        this.put(made);
      }
      return made;
    } finally {
      waits.asked -= 1;
      if (waits.asked === 0) {
        this.waiting.delete(what);
        waits.events.forEach(event => {
          this.apply(event);
        });
      }
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

  private drafted(
    id: string,
    project: string,
    { document, ...where }: Place,
    body: string,
    issue: string | null,
    me: Actor,
  ): OwnThread {
    const comment = drafted(`${id}:comment`, body, me);
    const { cell_id, cell_index, start, end, source } = where;
    const scope = start === null ? (cell_id === null ? 'document' : 'cell') : 'range';
    const quote = scope === 'document' ? '' : sliceOf(source, start, end);
    const anchor: Anchor = {
      ...{ status: 'exact', score: 1, scope, cell_id, cell_index, start, end, quote },
      original: quote,
    };
    const { created_at } = comment;
    return {
      ...{ id, project, document, path: '', state: 'open', anchor, comments: [comment], issue },
      ...{ resolved: null, created_at, updated_at: created_at },
      ...{ unread: 0, subscription: 'participating' },
    };
  }

  // -- what is shown

  private lay(thread: string, change: Act['change']): Act {
    const act = { thread, change };
    this.acts = [...this.acts, act];
    this.touch();
    return act;
  }

  private lift(act: Act): void {
    this.acts = this.acts.filter(one => one !== act);
    this.touch();
  }

  private change(id: string, change: Act['change']): void {
    const thread = this.threads.get(id);
    if (thread) {
      this.threads.set(id, change(thread));
    }
  }

  private laidOver(thread: OwnThread): OwnThread {
    return this.acts.reduce((one, act) => (act.thread === one.id ? act.change(one) : one), thread);
  }

  private touch(): void {
    if (!this.scheduled) {
      this.scheduled = true;
      nextFrame(() => {
        this.scheduled = false;
        this.show();
      });
    }
  }

  private show(): void {
    const shown = new Map(
      Array.from(this.threads.values(), one => [one.id, this.laidOver(one)] as const),
    );
    const lists: Record<string, ThreadListView> = {};
    for (const [key, list] of this.lists) {
      lists[key] = this.viewOf(list, shown);
    }
    this.store.setState({ lists });
  }

  /** What was in a list when it was loaded stays in it: nothing goes from under the hand. */
  private viewOf(list: List, shown: ReadonlyMap<string, OwnThread>): ThreadListView {
    const { query, ids, loaded, loading, error, next } = list;
    const items = [...shown.values()].filter(
      one => ids.has(one.id) || ((loaded || isPending(one.id)) && isIn(one, query, this.myName)),
    );
    items.sort('document' in query ? byPlace : byTime);
    return { items, loaded, loading, more: next !== null, error };
  }
}

export type Person = Pick<Actor, 'name' | 'display_name' | 'initials' | 'color' | 'avatar_url'>;

const isOfThreads = ({ event }: LoggedEvent): boolean =>
  event.startsWith('comment:') || event.startsWith('thread:');

const commentPath = (thread: string, comment: string): string =>
  `threads/${encodeURIComponent(thread)}/comments/${encodeURIComponent(comment)}`;

function drafted(id: string, body: string, author: Actor): Comment {
  const created_at = new Date().toISOString();
  return {
    ...{ id, author, body, html: '', created_at, edited_at: null },
    ...{ deleted: false, reactions: [], mentions: [] },
  };
}

function sliceOf(source: string, start: number | null, end: number | null): string {
  return start === null || end === null ? source : Array.from(source).slice(start, end).join('');
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) {
      isDone = true;
      act();
    }
  };
}
