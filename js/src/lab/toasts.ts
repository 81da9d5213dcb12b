/**
 * Toasts for what somebody is told while they look elsewhere: everything goes through here.
 *
 * Rules
 * 1. At most three are on the screen; of more, the last says how many.
 * 2. What happens again in the same row renews its toast. Where that was closed by hand, it stays closed
 *    until the row is read.
 * 3. None for what somebody did themselves, sees on the screen, or has read elsewhere meanwhile; while they
 *    present or debug, only for errors.
 * 4. What was missed – the connection was gone, the tab was hidden – is one toast.
 * 5. JupyterLab keeps nothing of it: the history is ours.
 */

import type { Notification, Notifications } from '../core/notifications.js';
import type { NotificationNew } from '../core/protocol.js';
import { actorsText } from '../ui/notification-words.js';
import { categoryName } from '../ui/preference-words.js';
import type { Strings } from '../ui/translator.js';

export interface Toast {
  words: string;
  type: Notification['type'];
  actions: readonly { label: string; callback: () => void }[];
}

/** Where toasts are shown. */
export interface Surface {
  show(toast: Toast): string;
  renew(id: string, toast: Toast): void;
  close(id: string): void;
  isHeld(id: string): boolean;
  /** Be told what a person has closed. */
  onClosed(listener: (id: string) => void): void;
}

interface Options {
  notifications: Notifications;
  surface: Surface;
  trans: Strings;
  /** Who uses the page. */
  me: () => string | null;
  /** Whether what it is about is in sight anyway. */
  isOnScreen: (notification: Notification) => boolean;
  /** Whether somebody presents or debugs. */
  isBusy: () => boolean;
  open: (notification: Notification) => void;
  showCenter: () => void;
}

interface Shown {
  id: string;
  /** What it is about; null: a summary. */
  row: string | null;
  timer: ReturnType<typeof setTimeout>;
}

const AT_MOST = 3;
const SHOWN_MILLISECONDS: Record<Notification['type'], number> = {
  ...{ info: 6000, success: 6000, warning: 9000, error: 12_000 },
};
/** What comes together is told together. */
const GATHER_MILLISECONDS = 300;
/** A hand rests on it: it is looked at again. */
const HELD_MILLISECONDS = 1000;
const MOST_CHARACTERS = 139;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Toasts {
  enabled = true;
  private shown: Shown[] = [];
  private waiting = new Map<string, NotificationNew>();
  /** How many the last toast stands for. */
  private more = 0;
  private gathering: ReturnType<typeof setTimeout> | undefined;
  private readonly closedByHand = new Set<string>();
  private wasMissed = false;

  constructor(private readonly options: Options) {
    const { notifications, surface } = options;
    notifications.onArrival(({ notifications: news, missed }) => this.onNews(news, missed));
    notifications.store.subscribe(() => this.closeRead());
    surface.onClosed(id => this.onClosed(id));
    document.addEventListener('visibilitychange', () => this.gather());
  }

  /** All that is told stands before somebody's eyes. */
  clear(): void {
    this.waiting.clear();
    for (const one of this.shown) {
      this.close(one);
    }
  }

  private onNews(news: readonly NotificationNew[], missed: boolean): void {
    this.wasMissed ||= missed;
    for (const one of news) {
      if (one.toast === 'now' && !this.isInSight(one)) {
        this.waiting.set(one.id, one);
      } else if (one.toast === 'later' && one.toast_at !== null) {
        this.later(one, Date.parse(one.toast_at) - Date.now());
      }
    }
    this.gather();
  }

  /** It may be so now, and no more when it would be told: then it was seen. */
  private isInSight(one: NotificationNew): boolean {
    return document.visibilityState === 'visible' && this.options.isOnScreen(one);
  }

  private later(one: NotificationNew, milliseconds: number): void {
    const wait = Math.min(Math.max(0, milliseconds), LONGEST_TIMER_MS);
    setTimeout(() => {
      if (this.isLatest(one)) {
        this.waiting.set(one.id, one);
        this.gather();
      }
    }, wait);
  }

  private gather(): void {
    if (this.waiting.size > 0 && document.visibilityState === 'visible') {
      this.gathering ??= setTimeout(() => this.tell(), GATHER_MILLISECONDS);
    } else if (document.visibilityState !== 'visible') {
      this.wasMissed ||= this.waiting.size > 0;
    }
  }

  private tell(): void {
    this.gathering = undefined;
    if (document.visibilityState !== 'visible') {
      this.gather();
      return;
    }
    const news = [...this.waiting.values()].filter(one => this.wants(one));
    const isSummary = this.wasMissed && news.length > 1;
    this.waiting = new Map();
    this.wasMissed = false;
    if (isSummary) {
      // In place of all that is there: it tells of more than that.
      [...this.shown].forEach(one => {
        this.close(one);
      });
      this.showSummary(summaryText(news, this.options.trans), gravest(news));
    } else {
      for (const one of news) {
        this.showOne(one);
      }
    }
  }

  private wants(one: NotificationNew): boolean {
    const { isBusy, isOnScreen } = this.options;
    if (!this.enabled || this.closedByHand.has(one.id) || !this.isLatest(one)) {
      return false;
    }
    return !this.isMine(one) && !isOnScreen(one) && (one.type === 'error' || !isBusy());
  }

  /** Analyses and quotas are news to whoever set them going; what one said oneself is none. */
  private isMine({ actors, category }: NotificationNew): boolean {
    const [actor] = actors;
    const isTalk = category === 'mention' || category === 'reply' || category === 'system';
    return isTalk && actor?.kind === 'human' && actor.name === this.options.me();
  }

  /** Whether it was neither read meanwhile, nor something else has happened in its row. */
  private isLatest(one: NotificationNew): boolean {
    const row = this.options.notifications.get(one.id);
    return row !== null && !row.read && !row.archived && row.seq === one.seq;
  }

  private showOne(one: NotificationNew): void {
    const { surface } = this.options;
    const toast = this.toastOf(one);
    const known = this.shown.find(({ row }) => row === one.id);
    if (known) {
      surface.renew(known.id, toast);
      this.plan(known, one.type);
    } else if (this.shown.length < AT_MOST && this.more === 0) {
      this.put(surface.show(toast), one.id, one.type);
    } else {
      this.addToMore(one.type);
    }
  }

  /** The last toast stands for all that have no room, and for the one whose room it takes. */
  private addToMore(type: Notification['type']): void {
    const [oldest] = this.shown;
    if (this.more === 0 && oldest && this.shown.length >= AT_MOST) {
      this.more += 1;
      this.close(oldest);
    }
    this.more += 1;
    const words = this.options.trans._n('%1 more notification', '%1 more notifications', this.more);
    this.showSummary(words, type);
  }

  private showSummary(words: string, type: Notification['type']): void {
    const { surface, trans, showCenter } = this.options;
    const toast = { words, type, actions: [{ label: trans.__('Show'), callback: showCenter }] };
    const known = this.shown.find(({ row }) => row === null);
    if (known) {
      surface.renew(known.id, toast);
      this.plan(known, type);
    } else {
      this.put(surface.show(toast), null, type);
    }
  }

  private toastOf(one: NotificationNew): Toast {
    const { trans, open, showCenter, me } = this.options;
    const others = one.actors.filter(({ name }) => name !== me());
    const who = actorsText({ actors: others }, me(), trans);
    const words = [one.title, who, one.message.split('\n')[0] ?? ''].filter(line => line !== '');
    return {
      words: fitting(words),
      type: one.type,
      // What leads nowhere can still be read in full.
      actions: [
        one.action_url === null
          ? { label: trans.__('Show'), callback: showCenter }
          : { label: trans.__('Open'), callback: () => open(one) },
      ],
    };
  }

  private put(id: string, row: string | null, type: Notification['type']): void {
    const shown: Shown = { id, row, timer: setTimeout(() => {}, 0) };
    this.shown.push(shown);
    this.plan(shown, type);
  }

  private plan(shown: Shown, type: Notification['type']): void {
    clearTimeout(shown.timer);
    const go = () => {
      if (this.options.surface.isHeld(shown.id)) {
        shown.timer = setTimeout(go, HELD_MILLISECONDS);
      } else {
        this.close(shown);
      }
    };
    shown.timer = setTimeout(go, SHOWN_MILLISECONDS[type]);
  }

  private close(shown: Shown): void {
    this.forget(shown);
    this.options.surface.close(shown.id);
  }

  private forget(shown: Shown): void {
    clearTimeout(shown.timer);
    this.shown = this.shown.filter(one => one !== shown);
    if (shown.row === null) {
      this.more = 0;
    }
  }

  private onClosed(id: string): void {
    const shown = this.shown.find(one => one.id === id);
    if (shown) {
      this.forget(shown);
      if (shown.row !== null) {
        this.closedByHand.add(shown.row);
      }
    }
  }

  /** What was read, here or elsewhere, needs no toast, and may have one again. */
  private closeRead(): void {
    const isRead = (id: string) => this.options.notifications.get(id)?.read ?? false;
    for (const shown of this.shown) {
      if (shown.row !== null && isRead(shown.row)) {
        this.close(shown);
      }
    }
    for (const id of this.closedByHand) {
      if (isRead(id)) {
        this.closedByHand.delete(id);
      }
    }
  }
}

/** As many lines as fit: JupyterLab cuts the rest off in the middle of a word. */
function fitting(lines: readonly string[]): string {
  const [first = '', ...others] = lines;
  return others.reduce(
    (words, line) => (words.length + line.length < MOST_CHARACTERS ? `${words}\n${line}` : words),
    first.length > MOST_CHARACTERS ? `${first.slice(0, MOST_CHARACTERS - 1)}…` : first,
  );
}

const GRAVITY: readonly Notification['type'][] = ['error', 'warning', 'success', 'info'];

const gravest = (news: readonly NotificationNew[]): Notification['type'] =>
  GRAVITY.find(type => news.some(one => one.type === type)) ?? 'info';

/** "5 new notifications: Analyses 3, Mentions 2". */
export function summaryText(news: readonly NotificationNew[], trans: Strings): string {
  const counts = new Map<Notification['category'], number>();
  for (const { category } of news) {
    counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  const parts = [...counts].map(([category, count]) =>
    trans.__('%1 %2', categoryName(category, trans), count),
  );
  const all = trans._n('%1 new notification', '%1 new notifications', news.length);
  return trans.__('%1: %2', all, parts.join(', '));
}
