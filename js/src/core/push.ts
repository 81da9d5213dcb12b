/**
 * Pushes in this browser: they reach me when no page of Jupyter is open.
 *
 * Rules
 * 1. The browser asks for permission only when somebody turns pushes on, by their click.
 * 2. They are on where the browser has subscribed *and* the server lists it as mine: a browser that somebody
 *    else has used, or that the server forgot, is off.
 * 3. Where the server has another key than the one with which this browser has subscribed, it subscribes
 *    anew when a page opens; nobody is asked.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Notification as Row } from './notification-rows.js';
import { OPEN_MESSAGE, type OpenMessage } from './push-worker.js';
import type { Rest } from './rest.js';

/** `unsupported`: this browser, or a page without TLS. `denied`: only the browser's settings can change it. */
export type PushStanding = 'unknown' | 'unsupported' | 'unavailable' | 'denied' | 'off' | 'on';

/** A browser that takes my pushes. */
export interface PushTarget {
  id: string;
  created_at: string;
  label: string;
  /** Whether it is this one. */
  here: boolean;
}

export interface PushView {
  standing: PushStanding;
  targets: readonly PushTarget[];
  busy: boolean;
  /** What failed last. */
  error: unknown;
}

interface PushAnswer {
  public_key: string | null;
  items: Omit<PushTarget, 'here'>[];
}

/** What the browser offers; a test has its own. */
export interface PushBrowser {
  /** Null where there are no service workers, or no pushes. */
  readonly workers: Pick<
    ServiceWorkerContainer,
    'register' | 'getRegistration' | 'addEventListener'
  > | null;
  permission(): NotificationPermission;
  askPermission(): Promise<NotificationPermission>;
}

export class Push {
  readonly store: StoreApi<PushView> = createStore<PushView>(() => ({
    standing: 'unknown',
    targets: [],
    busy: false,
    error: null,
  }));

  /**
   * @param prefix The absolute address of `{base_url}realtime/`.
   */
  constructor(
    private readonly rest: Pick<Rest, 'get' | 'post'>,
    private readonly prefix: string,
    private readonly browser: PushBrowser = thisBrowser(),
  ) {}

  /** Find out how it stands; the person is asked for nothing. */
  load(): Promise<void> {
    return this.attempt(async () => {
      const answer = await this.answer();
      await this.settle(await this.renewed(answer));
    });
  }

  /** Turn pushes on in this browser; to be called from a click. */
  turnOn(): Promise<void> {
    return this.attempt(async () => {
      const { workers } = this.browser;
      if (workers === null) {
        return;
      }
      // First of all: a browser asks only as long as it remembers the click.
      if ((await this.browser.askPermission()) !== 'granted') {
        await this.settle(await this.answer());
        return;
      }
      const { public_key: key } = await this.answer();
      if (key !== null) {
        const worker = await workers.register(`${this.prefix}sw.js`, { scope: this.prefix });
        await activated(worker);
        await this.rest.post('push/subscribe', (await subscribe(worker, key)).toJSON());
      }
      await this.settle(await this.answer());
    });
  }

  /** Turn pushes off in this browser. */
  turnOff(): Promise<void> {
    return this.attempt(async () => {
      const worker = await this.worker();
      const subscription = await worker?.pushManager.getSubscription();
      if (subscription) {
        await this.forget(await idOf(subscription.endpoint));
        await subscription.unsubscribe();
      }
      await worker?.unregister();
      await this.settle(await this.answer());
    });
  }

  /** Turn pushes off in another browser of mine. */
  remove(target: PushTarget): Promise<void> {
    return target.here
      ? this.turnOff()
      : this.attempt(async () => {
          await this.forget(target.id);
          await this.settle(await this.answer());
        });
  }

  /** Have something pushed to my browsers, to see whether it arrives; says what failed. */
  async tryOut(): Promise<string[]> {
    return (await this.rest.post<{ failed: string[] }>('push/test', {})).failed;
  }

  /** Lead to what was clicked in a push, as long as this page is open; `open` says whether it has. */
  answerClicks(open: (notification: Row | null) => boolean): void {
    this.browser.workers?.addEventListener('message', event => {
      const message = event.data as Partial<OpenMessage> | null;
      if (message?.type === OPEN_MESSAGE) {
        event.ports[0]?.postMessage(open(message.notification ?? null));
      }
    });
  }

  private answer(): Promise<PushAnswer> {
    return this.rest.get<PushAnswer>('push');
  }

  /** Subscribe anew where the server has another key. */
  private async renewed(answer: PushAnswer): Promise<PushAnswer> {
    const worker = await this.worker();
    const old = await worker?.pushManager.getSubscription();
    if (!worker || !old || answer.public_key === null || isFor(old, answer.public_key)) {
      return answer;
    }
    const id = await idOf(old.endpoint);
    if (!answer.items.some(item => item.id === id) || this.browser.permission() !== 'granted') {
      return answer;
    }
    await this.rest.post('push/subscribe', (await subscribe(worker, answer.public_key)).toJSON());
    await this.forget(id);
    return this.answer();
  }

  private async settle({ public_key: key, items }: PushAnswer): Promise<void> {
    const subscription = await (await this.worker())?.pushManager.getSubscription();
    const here = subscription ? await idOf(subscription.endpoint) : null;
    this.store.setState({
      standing: this.standing(
        key,
        items.some(item => item.id === here),
      ),
      targets: items.map(item => ({ ...item, here: item.id === here })),
    });
  }

  private standing(key: string | null, isListed: boolean): PushStanding {
    if (this.browser.workers === null) {
      return 'unsupported';
    }
    if (key === null) {
      return 'unavailable';
    }
    if (this.browser.permission() === 'denied') {
      return 'denied';
    }
    return isListed && this.browser.permission() === 'granted' ? 'on' : 'off';
  }

  /** What the server has forgotten already is as wanted. */
  private async forget(id: string): Promise<void> {
    try {
      await this.rest.post('push/unsubscribe', { id });
    } catch (error) {
      if ((error as { code?: string }).code !== 'not_found') {
        throw error;
      }
    }
  }

  /** Ours, and not one that another program of this host has registered above our prefix. */
  private async worker(): Promise<ServiceWorkerRegistration | null> {
    const found = await this.browser.workers?.getRegistration(this.prefix);
    return found?.scope === this.prefix ? found : null;
  }

  private async attempt(act: () => Promise<void>): Promise<void> {
    this.store.setState({ busy: true, error: null });
    try {
      await act();
    } catch (error) {
      this.store.setState({ error });
    } finally {
      this.store.setState({ busy: false });
    }
  }
}

function thisBrowser(): PushBrowser {
  const able =
    globalThis.isSecureContext &&
    'serviceWorker' in navigator &&
    'PushManager' in globalThis &&
    'Notification' in globalThis;
  return {
    workers: able ? navigator.serviceWorker : null,
    permission: () => (able ? Notification.permission : 'default'),
    askPermission: () => Notification.requestPermission(),
  };
}

/** Wait until a worker is there for pushes: a browser subscribes none that is still being put in. */
function activated(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  return new Promise((resolve, reject) => {
    const look = () => {
      if (worker?.state === 'activated') {
        resolve();
      } else if (!worker || worker.state === 'redundant') {
        reject(new Error('The browser could not start the service worker.'));
      }
    };
    worker?.addEventListener('statechange', look);
    look();
  });
}

async function subscribe(
  { pushManager }: ServiceWorkerRegistration,
  key: string,
): Promise<PushSubscription> {
  const old = await pushManager.getSubscription();
  if (old && !isFor(old, key)) {
    await old.unsubscribe();
  }
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
}

function isFor(subscription: PushSubscription, key: string): boolean {
  const own = new Uint8Array(subscription.options.applicationServerKey ?? new ArrayBuffer(0));
  const wanted = bytesOf(key);
  return own.length === wanted.length && own.every((byte, place) => byte === wanted[place]);
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const base64 = base64url.replaceAll('-', '+').replaceAll('_', '/');
  return Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
}

/** As the server names a browser: the SHA-256 of its endpoint, in hex. */
async function idOf(endpoint: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint));
  return Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join('');
}
