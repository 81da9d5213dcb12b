/**
 * The toasts that are on the screen: three at most, each until it was there long enough.
 *
 * Of more than three, the last says how many. What happens again in the same row renews its toast; where
 * that was closed by hand, it stays closed until the row is read.
 */

import type { Notification } from '../core/notifications.js';
import type { NotificationNew } from '../core/protocol.js';
import type { Strings } from '../ui/translator.js';
import { gravest, summaryText, toastText } from './toast-words.js';

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

export interface StackOptions {
  surface: Surface;
  trans: Strings;
  /** Who uses the page. */
  me: () => string | null;
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
/** A hand rests on it: it is looked at again. */
const HELD_MILLISECONDS = 1000;

export class ToastStack {
  private shown: Shown[] = [];
  /** How many the last toast stands for. */
  private more = 0;
  private readonly closedByHand = new Set<string>();

  constructor(private readonly options: StackOptions) {
    options.surface.onClosed(id => this.onClosed(id));
  }

  wasClosedByHand(row: string): boolean {
    return this.closedByHand.has(row);
  }

  clear(): void {
    for (const one of this.shown) {
      this.close(one);
    }
  }

  show(one: NotificationNew): void {
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

  /** Show one for all of these, in place of all that is there: it tells of more than that. */
  summarize(news: readonly NotificationNew[]): void {
    this.clear();
    this.showSummary(summaryText(news, this.options.trans), gravest(news));
  }

  /** What was read, here or elsewhere, needs no toast, and may have one again. */
  closeRead(isRead: (row: string) => boolean): void {
    for (const shown of this.shown) {
      if (shown.row !== null && isRead(shown.row)) {
        this.close(shown);
      }
    }
    for (const row of this.closedByHand) {
      if (isRead(row)) {
        this.closedByHand.delete(row);
      }
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
    return {
      words: toastText(one, me(), trans),
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
}
