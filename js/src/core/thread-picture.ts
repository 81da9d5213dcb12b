/**
 * What a page knows of threads, without a word to the server.
 *
 * Rules
 * 1. What the server has said is kept apart from what the person did here and it has not answered yet: views
 *    see the one with the other laid over it. A refusal takes its own act away, and no other.
 * 2. What was in a list when it was loaded stays in it: nothing goes from under the hand.
 * 3. Views are told at most once a frame of the screen.
 */

import { nextFrame } from './frames.js';
import type { LoggedEvent } from './protocol.js';
import { isPending } from './thread-drafts.js';
import {
  after,
  begun,
  byPlace,
  byTime,
  isIn,
  type OwnThread,
  type ThreadQuery,
} from './thread-rows.js';

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

export type Lists = Readonly<Record<string, ThreadListView>>;

/** One list: what was loaded of it, and how far. */
export class ThreadList {
  /** How many views show it. */
  shown = 0;
  ids: ReadonlySet<string> = new Set();
  next: string | null = null;
  loaded = false;
  loading = false;
  error: unknown = null;
  private ticket = 0;

  constructor(readonly query: ThreadQuery) {}

  /** It is being asked for; gives what proves, in the end, that nobody has asked since. */
  begin(): number {
    this.loading = true;
    this.error = null;
    this.ticket += 1;
    return this.ticket;
  }

  isCurrent(ticket: number): boolean {
    return ticket === this.ticket;
  }

  take(ids: ReadonlySet<string>, next: string | null): void {
    this.ids = ids;
    this.next = next;
    this.loaded = true;
    this.loading = false;
  }

  failed(error: unknown): void {
    this.error = error;
    this.loading = false;
  }

  has(thread: OwnThread, me: string | null): boolean {
    return this.ids.has(thread.id) || isIn(thread, this.query, me);
  }

  view(threads: readonly OwnThread[], me: string | null): ThreadListView {
    const { query, ids, loaded, loading, error, next } = this;
    const items = threads.filter(
      one => ids.has(one.id) || ((loaded || isPending(one.id)) && isIn(one, query, me)),
    );
    items.sort('document' in query ? byPlace : byTime);
    return { items, loaded, loading, more: next !== null, error };
  }
}

export type Change = (thread: OwnThread) => OwnThread;

/** What somebody did to a thread, until the server has it. */
export interface Act {
  thread: string;
  change: Change;
}

export class ThreadPicture {
  readonly lists = new Map<string, ThreadList>();
  private readonly threads = new Map<string, OwnThread>();
  private acts: readonly Act[] = [];
  private scheduled = false;

  /**
   * @param me the name of this page's person
   * @param show is told what views are to show
   */
  constructor(
    private readonly me: () => string | null,
    private readonly show: (lists: Lists) => void,
  ) {}

  /** A thread as it is shown. */
  get(id: string): OwnThread | null {
    const thread = this.threads.get(id);
    return thread ? this.laidOver(thread) : null;
  }

  /** A thread as the server has it. */
  known(id: string): OwnThread | null {
    return this.threads.get(id) ?? null;
  }

  /** The threads of some files. */
  of(paths: ReadonlySet<string>): OwnThread[] {
    return [...this.threads.values()].filter(({ path }) => paths.has(path));
  }

  /** The files of threads about issues. */
  withIssues(): string[] {
    return [...this.threads.values()].flatMap(({ issue, path }) => (issue ? [path] : []));
  }

  // -- what the server says

  /** Take over an answer, and what was heard while it was under way. */
  put(thread: OwnThread, since: readonly LoggedEvent[] = []): void {
    const me = this.me();
    this.threads.set(
      thread.id,
      since.reduce((one, event) => after(one, event, me), thread),
    );
  }

  /** Take over what an event says. */
  apply(event: LoggedEvent): void {
    const me = this.me();
    for (const [id, thread] of this.threads) {
      this.threads.set(id, after(thread, event, me));
    }
    if (event.event === 'comment:created') {
      const { opens, thread } = event.data;
      if (opens && !this.threads.has(thread)) {
        this.threads.set(thread, begun(opens, me));
      }
    }
  }

  change(id: string, change: Change): void {
    const thread = this.threads.get(id);
    if (thread) {
      this.threads.set(id, change(thread));
    }
  }

  remove(id: string): void {
    this.threads.delete(id);
    this.touch();
  }

  /** What is in no list is nothing to anybody here. */
  forgetUnlisted(): void {
    const me = this.me();
    for (const [id, thread] of this.threads) {
      if (![...this.lists.values()].some(list => list.has(thread, me))) {
        this.threads.delete(id);
      }
    }
  }

  // -- what the person does

  /** Lay over a thread what was done here, until it is answered. */
  lay(thread: string, change: Change): Act {
    const act = { thread, change };
    this.acts = [...this.acts, act];
    this.touch();
    return act;
  }

  /** The server has answered, or refused. */
  lift(act: Act): void {
    this.acts = this.acts.filter(one => one !== act);
    this.touch();
  }

  private laidOver(thread: OwnThread): OwnThread {
    return this.acts.reduce((one, act) => (act.thread === one.id ? act.change(one) : one), thread);
  }

  // -- telling the views

  touch(): void {
    if (!this.scheduled) {
      this.scheduled = true;
      nextFrame(() => {
        this.scheduled = false;
        this.publish();
      });
    }
  }

  private publish(): void {
    const me = this.me();
    const threads = Array.from(this.threads.values(), one => this.laidOver(one));
    const views = [...this.lists].map(([key, list]) => [key, list.view(threads, me)] as const);
    this.show(Object.fromEntries(views));
  }
}
