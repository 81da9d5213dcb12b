import { expect, test, vi } from 'vitest';

import { Push, type PushBrowser } from './push.js';
import { OPEN_MESSAGE } from './push-worker.js';
import { RestError } from './rest.js';

const PREFIX = 'http://localhost:8888/realtime/';
const KEY = btoa('k'.repeat(65)).replaceAll('=', '');
const OTHER_KEY = btoa('o'.repeat(65)).replaceAll('=', '');

const bytes = (key: string) => Uint8Array.from(atob(key), letter => letter.charCodeAt(0)).buffer;

async function idOf(endpoint: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint));
  return Buffer.from(digest).toString('hex');
}

/** A server, and a browser with one service worker at most. */
class World {
  key: string | null = KEY;
  items: { id: string; created_at: string; label: string }[] = [];
  registration: FakeRegistration | null = null;
  permission: NotificationPermission = 'default';
  answer: NotificationPermission = 'granted';
  asked = 0;
  listeners: ((event: unknown) => void)[] = [];
  posted: [string, unknown][] = [];

  readonly rest = {
    get: vi.fn(async () => ({ public_key: this.key, items: [...this.items] })),
    post: vi.fn(async (path: string, body: unknown) => {
      this.posted.push([path, body]);
      const said = body as { endpoint?: string; id?: string };
      const id = said.id ?? (await idOf(said.endpoint ?? ''));
      const others = this.items.filter(item => item.id !== id);
      if (path === 'push/unsubscribe' && others.length === this.items.length) {
        throw new RestError(404, {
          code: 'not_found',
          message: 'No such browser.',
          retryable: false,
          retry_after: null,
        });
      }
      this.items =
        path === 'push/subscribe' ? [...others, { id, created_at: '', label: 'Here' }] : others;
      return {};
    }),
  };

  readonly browser = {
    workers: {
      register: vi.fn(async () => {
        this.registration ??= new FakeRegistration(this);
        return this.registration;
      }),
      getRegistration: async () => this.registration ?? undefined,
      addEventListener: (_: string, listener: (event: unknown) => void) => {
        this.listeners.push(listener);
      },
    },
    permission: () => this.permission,
    askPermission: async () => {
      this.asked += 1;
      this.permission = this.answer;
      return this.answer;
    },
  };

  make(): Push {
    return new Push(this.rest as never, PREFIX, this.browser as unknown as PushBrowser);
  }
}

let subscriptions = 0;

class FakeRegistration {
  scope = PREFIX;
  subscription: ReturnType<FakeRegistration['subscribed']> | null = null;
  active = { state: 'activated', addEventListener: () => undefined };
  readonly pushManager = {
    getSubscription: async () => this.subscription,
    subscribe: async ({ applicationServerKey }: { applicationServerKey: Uint8Array }) => {
      this.subscription ??= this.subscribed(applicationServerKey);
      return this.subscription;
    },
  };

  constructor(private readonly world: World) {}

  async unregister() {
    this.world.registration = null;
    return true;
  }

  private subscribed(key: Uint8Array) {
    subscriptions += 1;
    const endpoint = `https://push.example.org/${subscriptions}`;
    return {
      endpoint,
      options: { applicationServerKey: key.slice().buffer },
      toJSON: () => ({ endpoint, expirationTime: null, keys: { p256dh: 'p', auth: 'a' } }),
      unsubscribe: async () => {
        this.subscription = null;
        return true;
      },
    };
  }
}

test('U7: nobody is asked for permission, and no worker is put in, before somebody turns it on', async () => {
  const world = new World();
  const push = world.make();
  await push.load();
  expect(push.store.getState()).toMatchObject({ standing: 'off', targets: [], error: null });
  expect(world.asked).toBe(0);
  expect(world.browser.workers.register).not.toHaveBeenCalled();
  await push.turnOn();
  expect(world.asked).toBe(1);
  expect(world.browser.workers.register).toHaveBeenCalledWith(`${PREFIX}sw.js`, { scope: PREFIX });
  expect(push.store.getState()).toMatchObject({ standing: 'on', busy: false, error: null });
  expect(push.store.getState().targets).toMatchObject([{ label: 'Here', here: true }]);
});

test('U7: who says no is not asked again', async () => {
  const world = new World();
  world.answer = 'denied';
  const push = world.make();
  await push.turnOn();
  expect(push.store.getState().standing).toBe('denied');
  expect(world.posted).toEqual([]);
  expect(world.registration).toBeNull();
});

test('U7: who turns it off leaves nothing behind', async () => {
  const world = new World();
  const push = world.make();
  await push.turnOn();
  await push.turnOff();
  expect(push.store.getState()).toMatchObject({ standing: 'off', targets: [], error: null });
  expect([world.items, world.registration]).toEqual([[], null]);
});

test('U7: what the server has forgotten can be turned off, and is off', async () => {
  const world = new World();
  const push = world.make();
  await push.turnOn();
  world.items = [];
  await push.load();
  expect(push.store.getState().standing).toBe('off');
  await push.turnOff();
  expect(push.store.getState()).toMatchObject({ standing: 'off', error: null });
  expect(world.registration).toBeNull();
});

test('U7: with another key of the server the browser subscribes anew, and nobody is asked', async () => {
  const world = new World();
  const push = world.make();
  await push.turnOn();
  const [before] = world.items;
  world.key = OTHER_KEY;
  await push.load();
  expect(world.registration?.subscription?.options.applicationServerKey).toEqual(bytes(OTHER_KEY));
  expect(push.store.getState().standing).toBe('on');
  expect(world.items).toHaveLength(1);
  expect(world.items[0]?.id).not.toBe(before?.id);
  expect(world.asked).toBe(1);
});

test('U7: a browser that is somebody else’s is not taken from them by looking', async () => {
  const world = new World();
  const push = world.make();
  await push.turnOn();
  world.items = [];
  world.key = OTHER_KEY;
  world.posted = [];
  await push.load();
  expect(world.posted).toEqual([]);
  expect(push.store.getState().standing).toBe('off');
});

test('U7: another browser of mine is turned off from here', async () => {
  const world = new World();
  const push = world.make();
  await push.turnOn();
  world.items.push({ id: 'phone', created_at: '', label: 'Phone' });
  await push.load();
  const phone = push.store.getState().targets.find(target => !target.here);
  expect(phone?.label).toBe('Phone');
  await push.remove(phone as NonNullable<typeof phone>);
  expect(push.store.getState()).toMatchObject({ standing: 'on', targets: [{ here: true }] });
});

test('U7: what can’t be turned on says why', async () => {
  const world = new World();
  world.key = null;
  const push = world.make();
  await push.load();
  expect(push.store.getState().standing).toBe('unavailable');
  const bare = new Push(world.rest as never, PREFIX, { ...world.browser, workers: null } as never);
  await bare.load();
  expect(bare.store.getState().standing).toBe('unsupported');
  world.key = KEY;
  world.rest.get.mockRejectedValueOnce(new Error('offline'));
  await push.turnOn();
  expect(push.store.getState()).toMatchObject({ busy: false, error: new Error('offline') });
});

test('U8: a page that is open answers a click, and nothing else', () => {
  const world = new World();
  const open = vi.fn(() => true);
  world.make().answerClicks(open);
  const port = { postMessage: vi.fn() };
  for (const data of [null, 'x', { type: 'another' }]) {
    world.listeners[0]?.({ data, ports: [port] });
  }
  expect(open).not.toHaveBeenCalled();
  world.listeners[0]?.({ data: { type: OPEN_MESSAGE, notification: { id: 'n1' } }, ports: [port] });
  expect(open).toHaveBeenCalledExactlyOnceWith({ id: 'n1' });
  expect(port.postMessage).toHaveBeenCalledExactlyOnceWith(true);
});
