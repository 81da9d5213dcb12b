import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';

import type { Arrivals, Notifications } from '../core/notifications.js';
import type { NotificationNew } from '../core/protocol.js';
import { ADA } from '../core/testing.js';
import { makeNotification } from '../ui/testing.js';
import { english } from '../ui/translator.js';
import type { Surface, Toast } from './toast-stack.js';
import { summaryText } from './toast-words.js';
import { Toasts } from './toasts.js';

const BEN = { ...ADA, name: 'ben', display_name: 'Ben' };

/** What is on the screen, in the order in which it came. */
let screen: Map<string, Toast>;
let rows: Map<string, NotificationNew>;
let arrive: (arrivals: Arrivals) => void;
let close: (id: string) => void;
let held: boolean;
let isOnScreen: boolean;
let isBusy: boolean;
let toasts: Toasts;
let store: ReturnType<typeof makeStore>;
let seq: number;

const makeStore = () => createStore(() => ({ unread: 0 }));
const open = vi.fn();
const showCenter = vi.fn();
const words = () => [...screen.values()].map(toast => toast.words);
const gathered = () => vi.advanceTimersByTimeAsync(400);

function made(id: string, more: Partial<NotificationNew> = {}): NotificationNew {
  seq += 1;
  const row = makeNotification({ id, seq, title: id, actors: [BEN], ...more });
  return { unread: 1, toast: 'now', toast_at: null, ...row, ...more };
}

async function told(...news: NotificationNew[]): Promise<void> {
  for (const one of news) {
    rows.set(one.id, one);
    arrive({ notifications: [one], missed: false });
  }
  await gathered();
}

async function missed(...news: NotificationNew[]): Promise<void> {
  for (const one of news) {
    rows.set(one.id, one);
  }
  arrive({ notifications: news, missed: true });
  await gathered();
}

function visible(state: 'visible' | 'hidden'): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange'));
}

beforeEach(() => {
  vi.useFakeTimers();
  seq = 0;
  screen = new Map();
  rows = new Map();
  [held, isOnScreen, isBusy] = [false, false, false];
  store = makeStore();
  let shown = 0;
  const surface: Surface = {
    show: toast => {
      shown += 1;
      screen.set(`t${shown}`, toast);
      return `t${shown}`;
    },
    renew: (id, toast) => void screen.set(id, toast),
    close: id => void screen.delete(id),
    isHeld: () => held,
    onClosed: listener => {
      close = id => {
        screen.delete(id);
        listener(id);
      };
    },
  };
  const notifications = {
    store,
    get: (id: string) => rows.get(id) ?? null,
    onArrival: (listener: typeof arrive) => {
      arrive = listener;
    },
  } as unknown as Notifications;
  toasts = new Toasts({
    ...{ notifications, surface, trans: english, open, showCenter },
    me: () => 'ada',
    isOnScreen: () => isOnScreen,
    isBusy: () => isBusy,
  });
  visible('visible');
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('a toast', () => {
  test('says what and who, leads there, and goes by itself', async () => {
    const one = made('Done', { message: 'All of it.\nMore.', action_url: '/lab/tree/a.py' });
    await told(one);
    expect(words()).toEqual(['Done\nBen\nAll of it.']);
    screen.get('t1')?.actions[0]?.callback();
    expect(open).toHaveBeenCalledWith(one);
    await vi.advanceTimersByTimeAsync(6000);
    expect(words()).toEqual([]);
  });

  test('stays while a hand rests on it', async () => {
    held = true;
    await told(made('a'));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(screen.size).toBe(1);
    held = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(screen.size).toBe(0);
  });

  test('V12: is renewed by what happens again in its row', async () => {
    await told(made('a', { title: 'First' }));
    await told(made('a', { title: 'Again', count: 2 }));
    expect([...screen.keys()]).toEqual(['t1']);
    expect(words()).toEqual(['Again\nBen']);
  });

  test('V12: stays closed once it was closed by hand, until its row is read', async () => {
    await told(made('a'));
    close('t1');
    await told(made('a', { count: 2 }));
    expect(screen.size).toBe(0);
    rows.set('a', made('a', { read: true }));
    store.setState({ unread: 1 });
    await told(made('a', { count: 3 }));
    expect(screen.size).toBe(1);
  });

  test('goes when its row is read elsewhere', async () => {
    await told(made('a'), made('b'));
    rows.set('a', made('a', { read: true }));
    store.setState({ unread: 2 });
    expect(words()).toEqual(['b\nBen']);
  });
});

describe('toasts', () => {
  test('V11: are three at most, and the last says how many more', async () => {
    await told(...['a', 'b', 'c'].map(id => made(id)));
    expect(words()).toEqual(['a\nBen', 'b\nBen', 'c\nBen']);
    await told(made('d'));
    expect(words()).toEqual(['b\nBen', 'c\nBen', '2 more notifications']);
    await told(made('e'), made('f'));
    expect(words()).toEqual(['b\nBen', 'c\nBen', '4 more notifications']);
    [...screen.values()].at(-1)?.actions[0]?.callback();
    expect(showCenter).toHaveBeenCalled();
  });

  test.each([
    ['what one said oneself', () => made('a', { actors: [ADA], category: 'reply' })],
    ['what one wants no toast for', () => made('a', { toast: 'off' })],
    ['what was read meanwhile', () => made('a', { read: true })],
  ])('V13: are not for %s', async (_, one) => {
    await told(one());
    expect(screen.size).toBe(0);
  });

  test('V13: are for one’s own analyses and programs', async () => {
    await told(made('a', { actors: [ADA], category: 'analysis' }));
    await told(made('b', { actors: [{ ...ADA, kind: 'program' }] }));
    expect(words()).toEqual(['a', 'b']);
  });

  test('V13: are not for what is on the screen, nor, but for errors, while one presents', async () => {
    isOnScreen = true;
    await told(made('a', { type: 'error' }));
    isOnScreen = true;
    const atOnce = made('at once');
    rows.set(atOnce.id, atOnce);
    arrive({ notifications: [atOnce], missed: false });
    isOnScreen = false;
    await gathered();
    expect(screen.size).toBe(0);
    isBusy = true;
    await told(made('b'), made('c', { type: 'error' }));
    expect(words()).toEqual(['c\nBen']);
  });

  test('are not shown where they are switched off, and go when all is in sight', async () => {
    await told(made('a'));
    toasts.clear();
    expect(screen.size).toBe(0);
    toasts.enabled = false;
    await told(made('b'));
    expect(screen.size).toBe(0);
  });

  test('H3: wait until quiet hours are over, and only for what is unread then', async () => {
    const toast_at = new Date(Date.now() + 60_000).toISOString();
    const later = (id: string) => made(id, { toast: 'later', toast_at });
    await told(later('a'), later('b'));
    expect(screen.size).toBe(0);
    rows.set('b', made('b', { read: true }));
    await vi.advanceTimersByTimeAsync(60_500);
    expect(words()).toEqual(['a\nBen']);
  });
});

describe('what was missed', () => {
  test('V9: is one toast, however much it is', async () => {
    await told(made('old'));
    await missed(made('a', { category: 'mention' }), made('b', { type: 'error' }), made('c'));
    expect(words()).toEqual(['3 new notifications: Mentions 1, System 2']);
    expect([...screen.values()][0]?.type).toBe('error');
  });

  test('V9: in a hidden tab is told when somebody looks, unless it was read meanwhile', async () => {
    visible('hidden');
    await told(made('a'), made('b'), made('c'));
    expect(screen.size).toBe(0);
    rows.set('a', made('a', { read: true }));
    visible('visible');
    await gathered();
    expect(words()).toEqual(['2 new notifications: System 2']);
  });

  test('is said in a few words', () => {
    expect(summaryText([made('a')], english)).toBe('1 new notification: System 1');
  });
});
