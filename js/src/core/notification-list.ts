/** One list of notifications: how far it was loaded, and what is shown of what is known. */

import {
  isInBox,
  isInInbox,
  isSought,
  type Notification,
  newestFirst,
  type Query,
} from './notification-rows.js';

export interface ListView {
  items: readonly Notification[];
  /** Whether its first page has arrived. */
  loaded: boolean;
  loading: boolean;
  /** Whether there is more than was loaded. */
  more: boolean;
  /** Why it could not be loaded. */
  error: unknown;
}

export const NO_LIST: ListView = {
  items: [],
  loaded: false,
  loading: true,
  more: false,
  error: null,
};

interface Page {
  items: readonly Notification[];
  next: string | null;
}

export class NotificationList {
  /** How many views show it. */
  shown = 0;
  loaded = false;
  loading = false;
  next: string | null = null;
  private error: unknown = null;
  /** The last row that was loaded, where more follow. */
  private edge: Notification | null = null;
  /** What was unread when it was shown. */
  private readonly kept = new Set<string>();
  private ticket = 0;
  private last: ListView = NO_LIST;

  constructor(readonly query: Query) {}

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

  failed(ticket: number, error: unknown): void {
    if (this.isCurrent(ticket)) {
      this.loading = false;
      this.error = error;
    }
  }

  /** Take a page, from `cursor` on; gives the ids of rows that are known here, and no more there. */
  take(page: Page, cursor: string | null, known: Iterable<Notification>): string[] {
    const from = cursor === null ? null : this.edge;
    this.loading = false;
    this.loaded = true;
    this.next = page.next;
    this.edge = page.next === null ? null : (page.items.at(-1) ?? null);
    if (this.query.text) {
      // What a text is found in is the server's to say.
      return [];
    }
    const there = new Set(page.items.map(({ id }) => id));
    return [...known]
      .filter(row => this.isWanted(row) && (from === null || newestFirst(row, from) > 0))
      .filter(row => this.isLoaded(row) && !there.has(row.id))
      .map(({ id }) => id);
  }

  /** How many rows are shown. */
  get size(): number {
    return this.last.items.length;
  }

  /** Part with those that were read while they were shown. */
  letGo(): void {
    this.kept.clear();
  }

  reset(): void {
    this.ticket += 1;
    this.kept.clear();
    this.loaded = false;
    this.loading = false;
    this.next = null;
    this.edge = null;
    this.error = null;
  }

  view(rows: readonly Notification[]): ListView {
    const items = this.loaded ? rows.filter(row => this.has(row)).sort(newestFirst) : [];
    if (this.query.box === 'unread') {
      for (const { id } of items) {
        this.kept.add(id);
      }
    }
    const view: ListView = {
      items: isSame(items, this.last.items) ? this.last.items : items,
      loaded: this.loaded,
      loading: this.loading || (!this.loaded && this.error === null),
      more: this.next !== null,
      error: this.error,
    };
    this.last = view;
    return view;
  }

  private has(row: Notification): boolean {
    const isKept = this.kept.has(row.id) && isInInbox(row) && isSought(row, this.query);
    return (this.isWanted(row) || isKept) && this.isLoaded(row);
  }

  private isWanted(row: Notification): boolean {
    return isInBox(row, this.query.box) && isSought(row, this.query);
  }

  private isLoaded(row: Notification): boolean {
    return this.edge === null || newestFirst(row, this.edge) <= 0;
  }
}

const isSame = (some: readonly Notification[], others: readonly Notification[]): boolean =>
  some.length === others.length && some.every((row, index) => row === others[index]);
