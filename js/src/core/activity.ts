/**
 * What happened in a project, the newest first, as the server puts it together; one list a view.
 *
 * Rules
 * 1. The server puts together what belongs together: whenever something happens its newest page is read
 *    again, at most once a second, and takes the place of what it covers.
 * 2. While somebody reads, nothing above them moves: what is new waits, counted, until they want it.
 * 3. Lists are read on by the server's cursor; what comes meanwhile neither doubles nor leaves out a line.
 * 4. After a reconnect the newest page is read again.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Connection } from './connection.js';
import type { Actor } from './protocol.js';

/** What somebody did something to; the server names its kinds. */
export interface ActivityObject {
  kind: string;
  id: string | null;
  name: string;
  /** Where it is now, from the project's root. */
  path?: string | null;
  /** That of a comment. */
  thread?: string | null;
}

export type ActivityKind =
  | 'file'
  | 'kernel'
  | 'issue'
  | 'analysis'
  | 'member'
  | 'comment'
  | 'announcement';

export interface ActivityItem {
  id: string;
  time: string;
  actor: Actor;
  kind: ActivityKind;
  verb: string;
  object: ActivityObject;
  target: ActivityObject | null;
  /** Null where it concerns everybody. */
  project: string | null;
  count: number;
}

export interface ActivityQuery {
  project: string;
  user?: string | undefined;
  kind?: ActivityKind | undefined;
}

export interface ActivityState {
  items: readonly ActivityItem[];
  /** How many lines are new above those that are shown. */
  fresh: number;
  hasMore: boolean;
  loading: boolean;
  loaded: boolean;
  error: unknown;
}

interface Page {
  items: ActivityItem[];
  next: string | null;
}

const PAGE_SIZE = 50;
const LOOK_EVERY_MS = 1000;
const GATHER_MS = 150;

export class ActivityList {
  readonly store: StoreApi<ActivityState> = createStore<ActivityState>(() => ({
    items: [],
    fresh: 0,
    hasMore: false,
    loading: false,
    loaded: false,
    error: null,
  }));
  private next: string | null = null;
  private waiting: Page | null = null;
  private isHeld = false;
  private isOpen = false;
  private lookedAt = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly connection: Pick<Connection, 'rest' | 'subscribe'>,
    private readonly query: ActivityQuery,
  ) {}

  /** Keep it up to date until the returned function is called. */
  follow(): () => void {
    this.isOpen = true;
    const leave = this.connection.subscribe(`project:${this.query.project}`, {
      onEvent: () => this.lookSoon(),
      onReady: () => this.lookSoon(),
      onLost: () => this.lookSoon(),
      onError: error => this.store.setState({ error: new Error(error.message), loading: false }),
    });
    this.store.setState({ loading: true });
    return () => {
      this.isOpen = false;
      clearTimeout(this.timer);
      this.timer = undefined;
      leave();
    };
  }

  /** Whether somebody reads further down: then nothing is put above it. */
  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
    if (!isHeld) {
      this.showFresh();
    }
  }

  /** Put what is new in its place. */
  showFresh(): void {
    const { waiting } = this;
    this.waiting = null;
    if (waiting !== null) {
      this.put(waiting);
    }
  }

  /** Read what came before. */
  more(): void {
    const { next } = this;
    const { loading } = this.store.getState();
    if (next !== null && !loading) {
      void this.read(next, page => {
        const known = new Set(this.store.getState().items.map(({ id }) => id));
        const older = page.items.filter(({ id }) => !known.has(id));
        this.next = page.next;
        this.store.setState(({ items }) => ({ items: [...items, ...older] }));
      });
    }
  }

  retry(): void {
    this.look();
  }

  private lookSoon(): void {
    const wait = Math.max(GATHER_MS, this.lookedAt + LOOK_EVERY_MS - performance.now());
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.look();
    }, wait);
  }

  private look(): void {
    this.lookedAt = performance.now();
    void this.read(null, page => this.arrived(page));
  }

  private arrived(page: Page): void {
    const { items, loaded } = this.store.getState();
    const fresh = newerThan(items[0], page.items);
    if (loaded && this.isHeld && fresh > 0) {
      this.waiting = page;
      this.store.setState({ fresh });
    } else {
      this.waiting = null;
      this.put(page);
    }
  }

  private put({ items: newest, next }: Page): void {
    const { items } = this.store.getState();
    const last = newest.at(-1);
    const older = last && next !== null ? items.filter(it => it.time < last.time) : [];
    const rest = older.filter(it => !newest.some(line => tells(line, it)));
    // Where the newest page doesn't reach what was there, what lies between would be missing.
    const touches = items.some(({ time }) => last && time >= last.time);
    if (touches && rest.length > 0) {
      this.store.setState({ items: [...newest, ...rest], fresh: 0 });
    } else {
      this.next = next;
      this.store.setState({ items: newest, fresh: 0 });
    }
  }

  /** One request after the other, so that an old answer never takes the place of a newer one. */
  private read(cursor: string | null, then: (page: Page) => void): Promise<void> {
    this.store.setState({ loading: true });
    const read = async () => {
      try {
        const page = await this.connection.rest.get<Page>(`activity?${this.words(cursor)}`);
        if (this.isOpen) {
          then(page);
          this.store.setState({ loaded: true, error: null });
        }
      } catch (error) {
        this.store.setState({ error });
      }
      this.store.setState({ loading: false, hasMore: this.next !== null });
    };
    this.reading = this.reading.then(read);
    return this.reading;
  }

  private words(cursor: string | null): URLSearchParams {
    const { project, user, kind } = this.query;
    return new URLSearchParams({
      project,
      limit: String(PAGE_SIZE),
      ...(user === undefined ? {} : { user }),
      ...(kind === undefined ? {} : { kind }),
      ...(cursor === null ? {} : { cursor }),
    });
  }
}

function newerThan(first: ActivityItem | undefined, items: readonly ActivityItem[]): number {
  return first === undefined
    ? items.length
    : items.filter(({ id, time }) => id !== first.id && time > first.time).length;
}

/** How far apart what is told together may be: as the server has it. */
const TOGETHER_MS = 30 * 60_000;

/** Whether a line tells of what another has told of, too, before more of the same came. */
function tells(line: ActivityItem, before: ActivityItem): boolean {
  const about = ({ kind, verb, actor, object, target }: ActivityItem) => {
    const thing = kind === 'comment' || kind === 'issue' ? target : object;
    const isNamed = kind !== 'analysis' && kind !== 'member';
    return JSON.stringify([
      kind,
      verb,
      actor.kind,
      actor.name,
      isNamed && (thing?.id ?? thing?.path),
    ]);
  };
  const apart = Date.parse(line.time) - Date.parse(before.time);
  const grown = line.count - before.count;
  const mayBe = grown > 0 && apart <= grown * TOGETHER_MS && about(line) === about(before);
  return line.id === before.id || mayBe;
}
