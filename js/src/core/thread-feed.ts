/**
 * Lists of threads are loaded, and kept up to date by the rooms of their projects.
 *
 * Rules
 * 1. An answer may be older than events that came while it was under way: they are applied to it again.
 * 2. The event of what the person wrote may come before its answer: it waits for it, so that it is there once.
 */

import type { Connection } from './connection.js';
import type { Comment, LoggedEvent } from './protocol.js';
import { ThreadList, type ThreadPicture } from './thread-picture.js';
import { keyOf, type OwnThread, pathOf, type ThreadQuery } from './thread-rows.js';

export type Role = 'viewer' | 'member' | 'owner';

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

export class ThreadFeed {
  private readonly rooms = new Map<string, Room>();
  /** Events that came since a request was sent, for each request under way. */
  private readonly journals = new Set<LoggedEvent[]>();
  /** Events of my own comments wait for their answers: by thread, or by document for what begins one. */
  private readonly waiting = new Map<string, { asked: number; events: LoggedEvent[] }>();
  private readonly asked = new Set<string>();
  private readonly stale = new Set<string>();
  private staleTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param onRole is told what this page's person is in a project */
  constructor(
    private readonly connection: Pick<Connection, 'store' | 'rest' | 'subscribe'>,
    private readonly picture: ThreadPicture,
    private readonly onRole: (project: string, role: Role) => void,
  ) {}

  private get me(): string | null {
    return this.connection.store.getState().user?.name ?? null;
  }

  private get lists(): readonly ThreadList[] {
    return [...this.picture.lists.values()];
  }

  // -- following

  /** Show a list: it is loaded, and stays up to date until the returned function is called. */
  open(project: string, query: ThreadQuery): () => void {
    const { lists } = this.picture;
    const key = keyOf(query);
    const known = lists.get(key);
    const list = known ?? new ThreadList(query);
    lists.set(key, list);
    list.shown += 1;
    const leave = this.enter(project);
    if (!known && this.rooms.get(project)?.heard) {
      void this.load(list);
    }
    this.picture.touch();
    return once(() => {
      list.shown -= 1;
      leave();
      // A view may open it again in the same breath.
      queueMicrotask(() => {
        if (list.shown === 0 && lists.get(key) === list) {
          lists.delete(key);
          this.picture.forgetUnlisted();
          this.picture.touch();
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
    for (const list of this.lists) {
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
      this.onRole(project, role);
    } catch {
      // The next connection asks again; until then it is only looked at.
    }
  }

  private fail(project: string, error: unknown): void {
    for (const list of this.lists) {
      const isOf = 'document' in list.query || list.query.project === project;
      if (isOf && !list.loaded) {
        list.error = error;
      }
    }
    this.picture.touch();
  }

  // -- loading

  /** Load what follows in a list of a project. */
  more(query: ThreadQuery): void {
    const list = this.picture.lists.get(keyOf(query));
    if (list && list.next !== null && !list.loading) {
      void this.load(list, list.next);
    }
  }

  /** Load a list that could not be loaded. */
  retry(query: ThreadQuery): void {
    const list = this.picture.lists.get(keyOf(query));
    if (list && !list.loading) {
      void this.load(list, list.loaded ? list.next : null);
    }
  }

  loadAgain(): void {
    for (const list of this.lists) {
      void this.load(list);
    }
  }

  private async load(list: ThreadList, cursor: string | null = null): Promise<void> {
    const ticket = list.begin();
    this.picture.touch();
    try {
      const ids = new Set(cursor === null ? [] : list.ids);
      let next = cursor;
      do {
        const path = pathOf(list.query, THREADS_A_PAGE, next);
        const [page, since] = await this.journaled(() => this.connection.rest.get<Page>(path));
        if (!list.isCurrent(ticket)) {
          return;
        }
        for (const thread of page.items) {
          ids.add(thread.id);
          this.picture.put(thread, since);
        }
        next = page.next;
        // A document's are all on the screen at once: their marks are.
      } while (next !== null && 'document' in list.query);
      list.take(ids, next);
    } catch (error) {
      if (list.isCurrent(ticket)) {
        list.failed(error);
      }
    }
    this.picture.touch();
  }

  /** One that is not known here, but may belong into a list of the project. */
  private async loadOne(id: string): Promise<void> {
    if (this.asked.has(id) || !this.lists.some(({ query }) => 'project' in query)) {
      return;
    }
    this.asked.add(id);
    try {
      await this.take(() =>
        this.connection.rest.get<OwnThread>(`threads/${encodeURIComponent(id)}`),
      );
      this.picture.forgetUnlisted();
      this.picture.touch();
    } catch {
      // It is gone, or the next load of its list brings it.
    } finally {
      this.asked.delete(id);
    }
  }

  /** Ask for a thread, and take it over. */
  async take(ask: () => Promise<OwnThread>): Promise<void> {
    const [thread, since] = await this.journaled(ask);
    this.picture.put(thread, since);
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

  /** Ask for something of my own, whose event is not to be seen before its answer. */
  async waitingFor<T extends OwnThread | Comment>(what: string, ask: () => Promise<T>): Promise<T> {
    const waits = this.waiting.get(what) ?? { asked: 0, events: [] };
    this.waiting.set(what, waits);
    waits.asked += 1;
    try {
      const made = await ask();
      if ('comments' in made) {
        this.picture.put(made);
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

  // -- what arrives

  private onEvent(project: string, event: LoggedEvent): void {
    if (event.event === 'member:changed') {
      void this.loadRole(project);
    }
    if (event.event === 'comment:created' && event.actor.name === this.me) {
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
    this.picture.apply(event);
    const { thread } = (event.data ?? {}) as { thread?: string };
    if (isOfThreads(event) && thread !== undefined && this.picture.known(thread) === null) {
      void this.loadOne(thread);
    } else if (event.event === 'project:update' && event.data.kind === 'anchors') {
      this.askAgain(event.data.path);
    } else if (event.event === 'analysis:complete') {
      this.askAgain(...this.picture.withIssues());
    }
    this.picture.touch();
  }

  /** Threads of files stand elsewhere now, or their issues do otherwise. */
  private askAgain(...paths: string[]): void {
    if (paths.length === 0) {
      return;
    }
    for (const path of paths) {
      this.stale.add(path);
    }
    this.staleTimer ??= setTimeout(() => {
      this.staleTimer = undefined;
      const moved = this.picture.of(this.stale);
      this.stale.clear();
      for (const list of this.lists) {
        if ('project' in list.query || moved.some(one => list.has(one, this.me))) {
          void this.load(list);
        }
      }
    }, GATHER_MS);
  }
}

const isOfThreads = ({ event }: LoggedEvent): boolean =>
  event.startsWith('comment:') || event.startsWith('thread:');

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) {
      isDone = true;
      act();
    }
  };
}
