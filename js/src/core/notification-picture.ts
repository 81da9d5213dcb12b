/**
 * What a page knows of somebody's notifications, without a word to the server.
 *
 * Rules
 * 1. What the server has said is kept apart from what the person did here and the server has not answered
 *    yet: views see the one with the other laid over it. A refusal takes its own act away, and no other.
 * 2. The badge is the server's count, moved by those acts for the rows that they change.
 * 3. An answer may be older than events that came while it was under way: they are laid over it again.
 * 4. Views are told at most once a frame of the screen.
 */

import { nextFrame } from './frames.js';
import { type Act, countWith, laidOver } from './notification-acts.js';
import type { ListView, NotificationList } from './notification-list.js';
import {
  cameBackAt,
  changed,
  changeOf,
  isIn,
  type Notification,
  rowOf,
  type Scope,
  scopeOf,
} from './notification-rows.js';
import type { LoggedEvent, NotificationChanged } from './protocol.js';

/** What views are shown. */
export interface Shown {
  /** What the badge shows; null: nothing is known yet. */
  unread: number | null;
  /** The lists that are shown, by `keyOf` their query. */
  lists: Readonly<Record<string, ListView>>;
}

export interface Answer {
  items?: Notification[];
  unread: number;
}

export interface Page {
  items: Notification[];
  unread: number;
  next: string | null;
}

export class NotificationPicture {
  readonly lists = new Map<string, NotificationList>();
  /** The last event of which this page knows. */
  head = 0;
  private readonly rows = new Map<string, Notification>();
  /** What is under way to the server, in the order in which it was done. */
  private acts: Act[] = [];
  /** The server's count. */
  private unread: number | null = null;
  private scheduled = false;

  constructor(private readonly show: (shown: Shown) => void) {}

  get isCounted(): boolean {
    return this.unread !== null;
  }

  /** Another person uses this page now. */
  clear(): void {
    this.rows.clear();
    this.acts = [];
    this.unread = null;
    this.head = 0;
    for (const list of this.lists.values()) {
      list.reset();
    }
    this.touch();
  }

  /** One that is known here, as it is shown. */
  get(id: string): Notification | null {
    const row = this.rows.get(id);
    return row ? laidOver(row, this.acts) : null;
  }

  has(id: string): boolean {
    return this.rows.has(id);
  }

  /** Up to which event these rows were seen. */
  upTo(ids: readonly string[]): number {
    return Math.max(0, ...ids.map(id => this.rows.get(id)?.seq ?? 0));
  }

  // -- what the server says

  /** Take over a row that was asked for alone. */
  put(row: Notification, since: readonly LoggedEvent[]): void {
    this.rows.set(row.id, row);
    for (const event of since) {
      this.apply(event);
    }
    this.touch();
  }

  /** Take over a page of a list. */
  takePage(
    list: NotificationList,
    page: Page,
    cursor: string | null,
    since: readonly LoggedEvent[],
  ): void {
    const isNews = new Set(since.flatMap(idsOf));
    const gone = list.take(page, cursor, this.rows.values());
    for (const id of gone.filter(id => !isNews.has(id))) {
      this.rows.delete(id);
    }
    this.take(page, since);
  }

  /** Take over an answer, and what was heard while it was under way. */
  take({ items = [], unread }: Answer, since: readonly LoggedEvent[]): void {
    for (const row of items) {
      this.rows.set(row.id, row);
      this.head = Math.max(this.head, row.seq);
    }
    this.unread = unread;
    for (const event of since) {
      this.apply(event);
    }
    this.touch();
  }

  /** What the server no longer has is nothing to anybody here. */
  dropMissing(ids: readonly string[], items: readonly Notification[]): void {
    const there = new Set(items.map(({ id }) => id));
    for (const id of ids) {
      if (!there.has(id)) {
        this.rows.delete(id);
      }
    }
  }

  /** Take over what an event says. */
  apply(event: LoggedEvent): void {
    if (event.event === 'notification:new') {
      this.unread = event.data.unread;
      const known = this.rows.get(event.data.id);
      // What was withdrawn has left an empty event in the log.
      if (event.data.title !== '' && (known === undefined || known.seq <= event.data.seq)) {
        this.rows.set(event.data.id, rowOf(event.data));
      }
    } else if (event.event === 'notification:changed') {
      this.unread = event.data.unread;
      this.applyChange(event, event.data);
    }
  }

  private applyChange(event: LoggedEvent, data: NotificationChanged): void {
    const change = changeOf(data);
    if (change === null) {
      for (const id of data.ids ?? []) {
        this.rows.delete(id);
      }
      return;
    }
    const scope = scopeOf(data);
    const back = cameBackAt(event);
    for (const row of this.within(scope)) {
      const next = changed(row, change);
      this.rows.set(row.id, back === null ? next : { ...next, updated_at: back });
    }
    if (!('ids' in scope) && change.read) {
      this.letGo();
    }
  }

  private within(scope: Scope): Notification[] {
    return 'ids' in scope
      ? [...scope.ids].flatMap(id => this.rows.get(id) ?? [])
      : [...this.rows.values()].filter(row => isIn(row, scope));
  }

  // -- what the person does

  /** Lay over it what was done here, until it is answered. */
  lay(act: Act): void {
    this.acts = [...this.acts, act];
    this.touch();
  }

  /** The server has answered, or refused. */
  lift(act: Act): void {
    this.acts = this.acts.filter(one => one !== act);
    this.touch();
  }

  /** The server has done it. */
  keep({ scope, change }: Act): void {
    for (const row of this.within(scope)) {
      this.rows.set(row.id, changed(row, change));
    }
  }

  /** Let lists of unread rows part with those that are read by now. */
  letGo(): void {
    for (const list of this.lists.values()) {
      list.letGo();
    }
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
    const pairs = [...this.rows.values()].map(row => [row, laidOver(row, this.acts)] as const);
    const rows = pairs.map(([, seen]) => seen);
    const views = [...this.lists].map(([key, list]) => [key, list.view(rows)] as const);
    const unread = this.unread === null ? null : countWith(this.unread, this.acts, pairs);
    this.show({ unread, lists: Object.fromEntries(views) });
  }
}

const idsOf = (event: LoggedEvent): string[] => {
  switch (event.event) {
    case 'notification:new':
      return [event.data.id];
    case 'notification:changed':
      return event.data.ids ?? [];
    default:
      return [];
  }
};
