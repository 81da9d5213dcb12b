/**
 * What the service worker does with a push, and with a click on what it has shown.
 *
 * A push carries ids. What they stand for is asked of the server, as whoever is logged in in this browser: who
 * has logged out, or is somebody else, is shown no more than that there is something. Browsers demand that
 * each push shows something.
 */

import type { Notification } from './notification-rows.js';

/** What is asked of open pages: to lead to a notification, or to show them all. */
export const OPEN_MESSAGE = 'jupyter-realtime:open';

export interface OpenMessage {
  type: typeof OPEN_MESSAGE;
  notification: Notification | null;
}

/** A page of this server that is open. */
export interface OpenPage {
  readonly url: string;
  /** Says whether it has led there. */
  ask(message: OpenMessage): Promise<boolean>;
  focus(): Promise<unknown>;
}

/** What a service worker can do. */
export interface Surroundings {
  /** The absolute address of `{base_url}realtime/`. */
  readonly prefix: string;
  fetch(address: string): Promise<Response>;
  show(title: string, options: NotificationOptions): Promise<void>;
  /** The pages of this browser, the one that was looked at last first. */
  pages(): Promise<OpenPage[]>;
  open(address: string): Promise<unknown>;
}

interface PushMessage {
  notifications: string[];
  count: number;
}

const NAMED = 3;
const TAG = 'jupyter-realtime';

export class PushWorker {
  constructor(private readonly around: Surroundings) {}

  /** Show what a push is about. */
  async onPush(text: string): Promise<void> {
    const message = read(text);
    if (message.count === 0) {
      await this.show('Notifications arrive here', `${TAG}:try`, null, [
        'This browser will tell you what happens in Jupyter.',
      ]);
      return;
    }
    const asked = message.notifications.slice(0, NAMED).map(id => this.ask(id));
    const found = (await Promise.all(asked)).filter(one => one !== null);
    const [first] = found;
    if (message.count === 1) {
      const tag = `${TAG}:${message.notifications[0]}`;
      await (first
        ? this.show(first.title, tag, first, [first.message])
        : this.show('Jupyter', tag, null, ['There is something new. Open Jupyter to see it.']));
      return;
    }
    const more = message.count - found.length;
    const titles = found.map(one => one.title);
    await this.show(`${message.count} notifications`, `${TAG}:several`, null, [
      ...titles,
      ...(found.length > 0 && more > 0 ? [`… and ${more} more`] : []),
    ]);
  }

  /** Lead to what was clicked: in a page that is open, or else in a new one. */
  async onClick(notification: Notification | null): Promise<void> {
    const message: OpenMessage = { type: OPEN_MESSAGE, notification };
    for (const page of await this.around.pages()) {
      if (page.url.startsWith(this.base) && (await page.ask(message))) {
        await page.focus();
        return;
      }
    }
    await this.around.open(this.address(notification?.action_url ?? null));
  }

  private get base(): string {
    return new URL('..', this.around.prefix).href;
  }

  /** Paths are from the root of the Jupyter server, which may be anywhere below its host's. */
  private address(url: string | null): string {
    const { pathname } = new URL(this.base);
    if (url === null) {
      return this.base;
    }
    const inside = url.startsWith('/') && !url.startsWith(pathname);
    return new URL(inside ? url.slice(1) : url, this.base).href;
  }

  private async ask(id: string): Promise<Notification | null> {
    try {
      const response = await this.around.fetch(
        `${this.around.prefix}api/v1/notifications/${encodeURIComponent(id)}`,
      );
      return response.ok ? await response.json() : null;
    } catch {
      // Offline, or logged out behind a proxy that leads elsewhere.
      return null;
    }
  }

  private show(
    title: string,
    tag: string,
    notification: Notification | null,
    lines: string[],
  ): Promise<void> {
    return this.around.show(title, { body: lines.join('\n'), tag, data: notification });
  }
}

function read(text: string): PushMessage {
  try {
    const { notifications, count } = JSON.parse(text);
    if (Array.isArray(notifications) && typeof count === 'number') {
      return { notifications: notifications.map(String), count };
    }
  } catch {
    // Not ours, or of a server that is newer: something is to be shown all the same.
  }
  return { notifications: [], count: 1 };
}
