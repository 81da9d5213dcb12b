/**
 * What a page's person is told: a badge and lists, kept up to date, and what the person does with them.
 *
 * Rules
 * 1. What is known, and what is laid over it, is the picture's (`notification-picture.ts`); here is what is
 *    said to the server, and heard from it.
 * 2. A list is what is known down to where it was loaded. What is read while it is shown stays in it.
 * 3. What was missed while the connection was gone is handed over at once, and not one by one.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Connection } from './connection.js';
import { type Act, type Done, inverse, type Verb } from './notification-acts.js';
import { NotificationList } from './notification-list.js';
import { type Answer, NotificationPicture, type Page, type Shown } from './notification-picture.js';
import {
  type Change,
  changed,
  keyOf,
  type Notification,
  pathOf,
  type Query,
} from './notification-rows.js';
import type { LoggedEvent, NotificationChanged, NotificationNew } from './protocol.js';

export type { Done, Verb } from './notification-acts.js';
export { type ListView, NO_LIST } from './notification-list.js';
export type { Box, Notification, Query } from './notification-rows.js';
export { keyOf } from './notification-rows.js';

/** Why an act was taken back, and how to do it after all. */
export interface Refusal {
  verb: Verb;
  error: unknown;
  retry: () => void;
}

export interface NotificationsState extends Shown {
  /** What was done last and can be undone. */
  done: Done | null;
  refused: Refusal | null;
  /** Why there is no inbox here, in words; null: there is one, or it is not known yet. */
  denied: string | null;
}

/** What was told just now; `missed`: while the connection was gone. */
export interface Arrivals {
  notifications: readonly NotificationNew[];
  missed: boolean;
}

const ROWS_A_PAGE = 100;
/** Whoever scrolls on will scroll on. */
const ROWS_THAT_FOLLOW = 300;
const ROWS_AT_MOST = 1000;
const IDS_A_REQUEST = 1000;
/** More rows that nobody here knows than these are loaded with their lists. */
const ASKED_ONE_BY_ONE = 5;

export class Notifications {
  readonly store: StoreApi<NotificationsState>;
  private readonly picture: NotificationPicture;
  private readonly listeners = new Set<(arrivals: Arrivals) => void>();
  /** Events that came since a request was sent, for each request under way. */
  private readonly journals = new Set<LoggedEvent[]>();
  private followers = 0;
  private unwatch: (() => void) | null = null;
  private leave: (() => void) | null = null;
  private room: string | null = null;
  /** Whether the room was ever heard to its end: only then an answer of REST misses nothing. */
  private heard = false;
  /** Whether it is heard right now. */
  private live = false;
  private missed: NotificationNew[] = [];

  constructor(private readonly connection: Pick<Connection, 'store' | 'rest' | 'subscribe'>) {
    this.store = createStore<NotificationsState>(() => ({
      ...{ unread: null, lists: {}, done: null, refused: null, denied: null },
    }));
    this.picture = new NotificationPicture(shown => this.store.setState(shown));
  }

  // -- following

  /** Keep the badge up to date until the returned function is called. */
  follow(): () => void {
    this.followers += 1;
    if (this.unwatch === null) {
      this.unwatch = this.connection.store.subscribe(() => this.onConnection());
      this.onConnection();
    }
    return once(() => {
      this.followers -= 1;
      // A view may follow again in the same breath.
      queueMicrotask(() => this.followers === 0 && this.stop());
    });
  }

  /** Be told what arrives; what was there before is no news. */
  onArrival(listener: (arrivals: Arrivals) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private stop(): void {
    this.unwatch?.();
    this.unwatch = null;
    this.part();
  }

  private onConnection(): void {
    const { status, user } = this.connection.store.getState();
    const room = user === null ? null : `user:${user.name}`;
    if (status !== 'online') {
      this.live = false;
    } else if (room !== null && room !== this.room) {
      this.enter(room);
    }
  }

  private enter(room: string): void {
    this.part();
    this.room = room;
    this.leave = this.connection.subscribe(room, {
      onEvent: event => this.onEvent(event),
      onReady: position => this.onReady(position.seq),
      onLost: () => this.loadAgain(),
      onError: error => !error.retryable && this.store.setState({ denied: error.message }),
    });
  }

  /** Nobody follows any more, or another person uses this page now. */
  private part(): void {
    this.leave?.();
    this.leave = null;
    this.room = null;
    this.heard = false;
    this.live = false;
    this.missed = [];
    this.store.setState({ done: null, refused: null, denied: null });
    this.picture.clear();
  }

  /** All that was missed has arrived. */
  private onReady(seq: number): void {
    this.picture.head = Math.max(this.picture.head, seq);
    this.live = true;
    this.store.setState({ denied: null });
    const missed = this.missed;
    this.missed = [];
    if (missed.length > 0) {
      this.tell({ notifications: missed, missed: true });
    }
    if (this.heard && this.picture.isCounted) {
      this.loadFailed();
    } else {
      this.heard = true;
      this.loadAgain();
    }
  }

  // -- lists

  /** Show a list: its first page is loaded, and it stays up to date until the returned function is called. */
  open(query: Query): () => void {
    const unfollow = this.follow();
    const key = keyOf(query);
    const known = this.picture.lists.get(key);
    const list = known ?? new NotificationList(query);
    this.picture.lists.set(key, list);
    list.shown += 1;
    if (!known && this.heard) {
      void this.load(list);
    }
    this.picture.touch();
    return once(() => {
      list.shown -= 1;
      this.closed(key, list);
      unfollow();
    });
  }

  private closed(key: string, list: NotificationList): void {
    // A view may open it again in the same breath.
    queueMicrotask(() => {
      if (list.shown === 0 && this.picture.lists.get(key) === list) {
        this.picture.lists.delete(key);
        this.picture.touch();
      }
    });
  }

  /** Load what follows in a list. */
  more(query: Query): void {
    const list = this.picture.lists.get(keyOf(query));
    if (list && list.next !== null && !list.loading) {
      void this.load(list, list.next);
    }
  }

  /** Load a list that could not be loaded. */
  retry(query: Query): void {
    const list = this.picture.lists.get(keyOf(query));
    if (list && !list.loading) {
      void this.load(list, list.loaded ? list.next : null);
    }
  }

  private async load(list: NotificationList, cursor: string | null = null): Promise<void> {
    const ticket = list.begin();
    this.picture.touch();
    try {
      const wanted = cursor === null ? Math.max(ROWS_A_PAGE, list.size) : ROWS_THAT_FOLLOW;
      const path = pathOf(list.query, Math.min(ROWS_AT_MOST, wanted), cursor);
      const [page, since] = await this.journaled(() => this.connection.rest.get<Page>(path));
      if (list.isCurrent(ticket)) {
        this.picture.takePage(list, page, cursor, since);
      }
    } catch (error) {
      list.failed(ticket, error);
    }
    this.picture.touch();
  }

  /** What is known may be wrong: ask for all that is shown. */
  private loadAgain(): void {
    if (this.picture.lists.size === 0) {
      void this.count();
    }
    for (const list of this.picture.lists.values()) {
      void this.load(list);
    }
  }

  /** The connection is back: ask for what could not be loaded. */
  private loadFailed(): void {
    for (const list of this.picture.lists.values()) {
      if (!list.loaded && !list.loading) {
        void this.load(list);
      }
    }
  }

  private async count(): Promise<void> {
    try {
      const [page, since] = await this.journaled(() =>
        this.connection.rest.get<Page>(pathOf({ box: 'unread' }, 1)),
      );
      this.picture.take({ unread: page.unread }, since);
    } catch {
      // The next connection asks again; until then there is no badge.
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

  // -- what arrives

  private onEvent(event: LoggedEvent): void {
    for (const journal of this.journals) {
      journal.push(event);
    }
    this.picture.head = Math.max(this.picture.head, event.seq);
    this.picture.apply(event);
    if (event.event === 'notification:changed') {
      this.askForUnknown(event.data);
    } else if (event.event === 'notification:new' && event.data.title !== '') {
      if (this.live) {
        this.tell({ notifications: [event.data], missed: false });
      } else {
        this.missed.push(event.data);
      }
    }
    this.picture.touch();
  }

  /** Rows that came into a box where they were not known. */
  private askForUnknown(data: NotificationChanged): void {
    const unknown = (data.ids ?? []).filter(id => !this.picture.has(id));
    if (unknown.length === 0 || this.picture.lists.size === 0) {
      return;
    }
    if (unknown.length > ASKED_ONE_BY_ONE) {
      this.loadAgain();
    } else {
      for (const id of unknown) {
        void this.ask(id);
      }
    }
  }

  private async ask(id: string): Promise<void> {
    try {
      const [row, since] = await this.journaled(() =>
        this.connection.rest.get<Notification>(`notifications/${encodeURIComponent(id)}`),
      );
      this.picture.put(row, since);
    } catch {
      // It is gone, or the next load of its list brings it.
    }
  }

  private tell(arrivals: Arrivals): void {
    for (const listener of this.listeners) {
      listener(arrivals);
    }
  }

  // -- what people do

  /** One that is known here, as it is shown. */
  get(id: string): Notification | null {
    return this.picture.get(id);
  }

  read(ids: readonly string[]): Promise<boolean> {
    return this.act('read', ids, { read: true });
  }

  unreadAgain(ids: readonly string[]): Promise<boolean> {
    return this.act('unread', ids, { read: false });
  }

  archive(ids: readonly string[]): Promise<boolean> {
    return this.act('archive', ids, { archived: true });
  }

  /** Bring back from the archive. */
  restore(ids: readonly string[]): Promise<boolean> {
    return this.act('restore', ids, { archived: false });
  }

  snooze(ids: readonly string[], until: Date): Promise<boolean> {
    return this.act('snooze', ids, { snoozed_until: until.toISOString() });
  }

  wake(ids: readonly string[]): Promise<boolean> {
    return this.act('wake', ids, { snoozed_until: null });
  }

  /** What was looked at: nobody has done anything, so there is nothing to undo or to say. */
  async looked(ids: readonly string[], how: 'seen' | 'read'): Promise<void> {
    const wanted = ids.filter(id => !(this.picture.get(id)?.[how] ?? true));
    const change = how === 'read' ? { read: true } : { seen: true };
    await this.send(wanted, { ...change, up_to: this.picture.upTo(wanted) }).catch(() => {});
  }

  /** Read all in the inbox, of a category and of a project where these are named. */
  async readAll(scope: Pick<Query, 'category' | 'project'> = {}): Promise<boolean> {
    const upTo = this.picture.head;
    const act: Act = { scope: { upTo, ...scope }, change: { read: true, up_to: upTo } };
    this.picture.lay(act);
    this.picture.letGo();
    try {
      // Those that are not loaded are to be unread again, too, if this is undone.
      const ids = await this.allUnread(scope);
      const body = { up_to: upTo, category: scope.category, project: scope.project };
      const [answer, since] = await this.journaled(() =>
        this.connection.rest.post<Answer>('notifications/read-all', body),
      );
      this.picture.lift(act);
      this.picture.keep(act);
      this.picture.take(answer, since);
      this.remember({ verb: 'read', count: ids.length, steps: [{ ids, change: { read: false } }] });
      return true;
    } catch (error) {
      this.refuse(act, 'read', error, () => void this.readAll(scope));
      return false;
    }
  }

  /** Take back what was done last. */
  async undo(): Promise<boolean> {
    const { done } = this.store.getState();
    if (done === null) {
      return false;
    }
    this.store.setState({ done: null });
    let isDone = true;
    for (const { ids, change } of done.steps) {
      isDone = (await this.attempt('undo', ids, change)) && isDone;
    }
    return isDone;
  }

  /** What was done, or refused, is no longer of interest. */
  settle(): void {
    this.store.setState({ done: null, refused: null });
  }

  private async act(verb: Verb, ids: readonly string[], change: Change): Promise<boolean> {
    const rows = ids.flatMap(id => this.picture.get(id) ?? []);
    const touched = rows.filter(row => changed(row, change) !== row);
    if (touched.length === 0) {
      return true;
    }
    const wanted = touched.map(({ id }) => id);
    const full = change.read ? { ...change, up_to: this.picture.upTo(wanted) } : change;
    const isDone = await this.attempt(verb, wanted, full);
    if (isDone) {
      this.remember({ verb, count: wanted.length, steps: inverse(touched, change) });
    }
    return isDone;
  }

  private async attempt(verb: Verb, ids: readonly string[], change: Change): Promise<boolean> {
    this.store.setState({ refused: null });
    try {
      await this.send(ids, change);
      return true;
    } catch (error) {
      const again = () =>
        verb === 'undo' ? this.attempt(verb, ids, change) : this.act(verb, ids, change);
      const retry = () => void again();
      this.store.setState({ refused: { verb, error, retry } });
      return false;
    }
  }

  private async send(ids: readonly string[], change: Change): Promise<void> {
    for (let from = 0; from < ids.length; from += IDS_A_REQUEST) {
      await this.sendSome(ids.slice(from, from + IDS_A_REQUEST), change);
    }
  }

  private async sendSome(ids: readonly string[], change: Change): Promise<void> {
    const act: Act = { scope: { ids: new Set(ids) }, change };
    this.picture.lay(act);
    try {
      const [answer, since] = await this.journaled(() =>
        this.connection.rest.patch<Answer>('notifications', { ids, ...change }),
      );
      this.picture.lift(act);
      this.picture.dropMissing(ids, answer.items ?? []);
      this.picture.take(answer, since);
    } catch (error) {
      this.picture.lift(act);
      throw error;
    }
  }

  private refuse(act: Act, verb: Verb, error: unknown, retry: () => void): void {
    this.picture.lift(act);
    this.store.setState({ refused: { verb, error, retry } });
  }

  private remember(done: Done): void {
    this.store.setState({ done });
  }

  private async allUnread(scope: Pick<Query, 'category' | 'project'>): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const path = pathOf({ box: 'unread', ...scope }, ROWS_AT_MOST, cursor);
      const page: Page = await this.connection.rest.get<Page>(path);
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== null);
    return ids;
  }
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
