/**
 * Toasts for what somebody is told while they look elsewhere: everything goes through here.
 *
 * Rules
 * 1. What comes together is told together, and by at most three toasts (`toast-stack.ts`).
 * 2. None for what somebody did themselves, sees on the screen, or has read elsewhere meanwhile; while they
 *    present or debug, only for errors.
 * 3. What was missed – the connection was gone, the tab was hidden – is one toast.
 * 4. JupyterLab keeps nothing of it: the history is ours.
 */

import type { Notification, Notifications } from '../core/notifications.js';
import type { NotificationNew } from '../core/protocol.js';
import { type StackOptions, ToastStack } from './toast-stack.js';

interface Options extends StackOptions {
  notifications: Notifications;
  /** Whether what it is about is in sight anyway. */
  isOnScreen: (notification: Notification) => boolean;
  /** Whether somebody presents or debugs. */
  isBusy: () => boolean;
}

/** What comes together is told together. */
const GATHER_MILLISECONDS = 300;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Toasts {
  enabled = true;
  private readonly stack: ToastStack;
  private waiting = new Map<string, NotificationNew>();
  private gathering: ReturnType<typeof setTimeout> | undefined;
  private wasMissed = false;

  constructor(private readonly options: Options) {
    const { notifications } = options;
    this.stack = new ToastStack(options);
    notifications.onArrival(({ notifications: news, missed }) => this.onNews(news, missed));
    notifications.store.subscribe(() =>
      this.stack.closeRead(id => notifications.get(id)?.read ?? false),
    );
    document.addEventListener('visibilitychange', () => this.gather());
  }

  /** All that is told stands before somebody's eyes. */
  clear(): void {
    this.waiting.clear();
    this.stack.clear();
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
      this.stack.summarize(news);
    } else {
      for (const one of news) {
        this.stack.show(one);
      }
    }
  }

  private wants(one: NotificationNew): boolean {
    const { isBusy, isOnScreen } = this.options;
    if (!this.enabled || this.stack.wasClosedByHand(one.id) || !this.isLatest(one)) {
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
}
