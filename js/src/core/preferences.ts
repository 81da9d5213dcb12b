/**
 * How I want to be told: by category and channel, with quiet hours, a digest, and what is muted.
 *
 * Rules
 * 1. What I change shows at once. If it fails it alone is taken back, and kept for Retry.
 * 2. Changes go out one after the other, each with only what it changes: what another tab has settled
 *    meanwhile stays. A list of mutes is read again before it is written.
 * 3. Going back to the defaults can be taken back, until something else is changed. What is put back is what
 *    was other than by default.
 * 4. While somebody looks, they are read again after a reconnect and whenever the page is looked at again:
 *    other tabs and devices may have changed them.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Connection } from './connection.js';
import type { NotificationNew } from './protocol.gen.js';
import { onWaking } from './waking.js';

export type Category = NotificationNew['category'];
export type Channel = 'in_app' | 'toast' | 'push' | 'email';
export type Mode = 'off' | 'digest' | 'instant';
export type DigestEvery = 'off' | 'hourly' | 'daily' | 'weekly';

export const CATEGORIES: readonly Category[] = [
  'analysis',
  'issues',
  'mention',
  'reply',
  'system',
  'quota',
];
export const CHANNELS: readonly Channel[] = ['in_app', 'toast', 'push', 'email'];

export interface Rule {
  category: Category;
  channel: Channel;
  mode: Mode;
}

export interface QuietHours {
  zone: string;
  from: string;
  to: string;
}

/** As the server answers: `rules` is the whole table, `locks` what an admin has settled in it. */
export interface Preferences {
  rules: readonly Rule[];
  quiet_hours: QuietHours | null;
  digest: DigestEvery;
  digest_at: string;
  zone: string;
  mutes: readonly string[];
  locks: readonly Rule[];
  /** Where mail goes, once that is confirmed; until then `in_use`. Absent on a server that sends none. */
  email?: { address: string; confirmed: boolean; in_use: string | null } | null;
  /** What this server can do; absent: nothing that leaves the page. */
  channels?: { email: boolean; push: boolean };
}

type Settable = Pick<
  Preferences,
  'rules' | 'quiet_hours' | 'digest' | 'digest_at' | 'zone' | 'mutes'
>;

/** What is to change; rules take the place of those for the same category and channel. */
export type Change = Partial<Settable> & { email?: string | null };

/** Something that is wanted; what it changes is known when what the server has is known. */
interface Wish {
  change: (settled: Preferences) => Change;
  save: (settled: Preferences) => Promise<Preferences>;
}

export interface PreferencesView {
  /** As the server has them, with what is on its way; null until they have arrived. */
  shown: Preferences | null;
  /** Why they could not be read the last time. */
  error: unknown;
  saving: boolean;
  /** How many changes were saved since the page came. */
  saved: number;
  /** What was not saved, and why. */
  failed: { wish: Wish; error: unknown } | null;
  /** What going back to the defaults has taken away, as long as nothing else was changed since. */
  taken: Change | null;
}

export function modeOf(rules: readonly Rule[], category: Category, channel: Channel): Mode {
  return rules.find(rule => rule.category === category && rule.channel === channel)?.mode ?? 'off';
}

/** Whether anything waits for a digest that could bring it. */
export function usesDigest({ rules, channels }: Preferences): boolean {
  return rules.some(
    ({ channel, mode }) =>
      mode === 'digest' && (channel === 'push' || channel === 'email') && channels?.[channel],
  );
}

export function withChange(settled: Preferences, { email, rules, ...others }: Change): Preferences {
  return {
    ...settled,
    ...others,
    ...(rules === undefined ? {} : { rules: withRules(settled.rules, rules) }),
    ...(email === undefined ? {} : { email: email === null ? null : addressed(settled, email) }),
  };
}

/** What makes `before` of `now`, but for where mail goes. */
function restoring(before: Preferences, now: Preferences): Change {
  const { quiet_hours, digest, digest_at, mutes } = before;
  const rules = before.rules.filter(
    ({ category, channel, mode }) => modeOf(now.rules, category, channel) !== mode,
  );
  return { rules, quiet_hours, digest, digest_at, mutes };
}

function withRules(rules: readonly Rule[], news: readonly Rule[]): Rule[] {
  return rules.map(
    rule => news.find(it => it.category === rule.category && it.channel === rule.channel) ?? rule,
  );
}

/** A new address has to be confirmed; the one that is in use needs not. */
function addressed({ email }: Preferences, address: string): Preferences['email'] {
  const in_use = email?.in_use ?? null;
  return email?.address === address ? email : { address, confirmed: address === in_use, in_use };
}

export class PreferenceBook {
  readonly store: StoreApi<PreferencesView> = createStore<PreferencesView>(() => ({
    shown: null,
    error: null,
    saving: false,
    saved: 0,
    failed: null,
    taken: null,
  }));
  private settled: Preferences | null = null;
  private wishes: readonly Wish[] = [];
  /** The last request of all: one waits for the other. */
  private last: Promise<unknown> = Promise.resolve();
  private reading: Promise<void> | null = null;
  private looking = 0;
  private stopLooking = () => {};

  constructor(private readonly connection: Pick<Connection, 'rest' | 'store'>) {}

  /** Keep them up to date until the returned function is called. */
  follow(): () => void {
    this.looking += 1;
    if (this.looking === 1) {
      this.stopLooking = this.look();
    }
    let isOver = false;
    return () => {
      if (!isOver) {
        isOver = true;
        this.looking -= 1;
        if (this.looking === 0) {
          this.stopLooking();
        }
      }
    };
  }

  /** Read them; what goes wrong is in the store. */
  load(): Promise<void> {
    const done = () => {
      this.reading = null;
    };
    this.reading ??= this.inTurn(() => this.read()).then(done, done);
    return this.reading;
  }

  /** Settle something; rejects where it was not saved, and shows what was before. */
  change(change: Change): Promise<void> {
    return this.want(this.changing(() => change));
  }

  setMode(category: Category, channel: Channel, mode: Mode): Promise<void> {
    return this.change({ rules: [{ category, channel, mode }] });
  }

  /** Hear no more of a project, a document or a thread. */
  mute(id: string): Promise<void> {
    const change = ({ mutes }: Preferences) => ({ mutes: [...mutes.filter(it => it !== id), id] });
    return this.want(this.changing(change), true);
  }

  unmute(id: string): Promise<void> {
    const change = ({ mutes }: Preferences) => ({ mutes: mutes.filter(it => it !== id) });
    return this.want(this.changing(change), true);
  }

  /** Go back to the defaults; which these are is the server's to say. */
  reset(): Promise<void> {
    const save = async (settled: Preferences) => {
      const now = await this.connection.rest.delete<Preferences>('preferences');
      this.store.setState({ taken: restoring(settled, now) });
      return now;
    };
    return this.want({ change: () => ({}), save }, true);
  }

  /** Put back what going back to the defaults has taken away. */
  undoReset(): Promise<void> {
    const { taken } = this.store.getState();
    return taken === null ? Promise.resolve() : this.change(taken);
  }

  /** Try again what was not saved. */
  retry(): Promise<void> {
    const { failed } = this.store.getState();
    return failed === null ? Promise.resolve() : this.want(failed.wish, true);
  }

  /** Let go of what was not saved. */
  forget(): void {
    this.store.setState({ failed: null });
  }

  private look(): () => void {
    void this.load();
    const again = () => {
      if (globalThis.document?.visibilityState !== 'hidden') {
        void this.load();
      }
    };
    const stopWaking = onWaking(again);
    globalThis.addEventListener?.('focus', again);
    const unsubscribe = this.connection.store.subscribe(({ status }, before) => {
      if (status === 'online' && before.status !== 'online') {
        void this.load();
      }
    });
    return () => {
      stopWaking();
      globalThis.removeEventListener?.('focus', again);
      unsubscribe();
    };
  }

  private changing(change: Wish['change']): Wish {
    const save = (settled: Preferences) =>
      this.connection.rest.patch<Preferences>('preferences', change(settled));
    return { change, save };
  }

  private async want(wish: Wish, readAgain = false): Promise<void> {
    this.wishes = [...this.wishes, wish];
    this.store.setState({ failed: null, taken: null });
    this.show();
    await this.inTurn(() => this.send(wish, readAgain));
  }

  private async send(wish: Wish, readAgain: boolean): Promise<void> {
    try {
      const settled = readAgain || this.settled === null ? await this.read() : this.settled;
      this.settled = await wish.save(settled);
      this.store.setState(({ saved }) => ({ saved: saved + 1 }));
    } catch (error) {
      this.store.setState({ failed: { wish, error } });
      throw error;
    } finally {
      this.wishes = this.wishes.filter(it => it !== wish);
      this.show();
    }
  }

  private async read(): Promise<Preferences> {
    try {
      this.settled = await this.connection.rest.get<Preferences>('preferences');
      this.store.setState({ error: null });
      this.show();
      return this.settled;
    } catch (error) {
      this.store.setState({ error });
      throw error;
    }
  }

  private show(): void {
    const shown = this.wishes.reduce<Preferences | null>(
      (settled, wish) => settled && withChange(settled, wish.change(settled)),
      this.settled,
    );
    this.store.setState({ shown, saving: this.wishes.length > 0 });
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.last.then(work, work);
    this.last = turn;
    return turn;
  }
}
