import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';

import type { Connection } from './connection.js';
import {
  type Change,
  modeOf,
  PreferenceBook,
  type Preferences,
  type Rule,
  withChange,
} from './preferences.js';

const RULES: Rule[] = [
  { category: 'mention', channel: 'email', mode: 'digest' },
  { category: 'mention', channel: 'toast', mode: 'instant' },
];
const SETTLED: Preferences = {
  rules: RULES,
  quiet_hours: null,
  digest: 'daily',
  digest_at: '08:00',
  zone: 'UTC',
  mutes: ['p1'],
  locks: [],
};

/** What the server has, and the requests that it has got; each waits until the test answers it. */
let server: Preferences;
let asked: [string, unknown][];
let refuse: Error | null;
let hold: (() => void)[] | null;
const connection = createStore<{ status: string }>(() => ({ status: 'online' }));
let book: PreferenceBook;

async function answer(method: string, body?: Change): Promise<Preferences> {
  asked.push([method, body]);
  if (hold) {
    await new Promise<void>(go => hold?.push(go));
  }
  if (refuse) {
    throw refuse;
  }
  if (body) {
    server = withChange(server, body);
  }
  return server;
}

beforeEach(() => {
  server = SETTLED;
  asked = [];
  refuse = null;
  hold = null;
  connection.setState({ status: 'online' });
  const rest = {
    get: () => answer('GET'),
    patch: (_: string, body: Change) => answer('PATCH', body),
    delete: async () => {
      await answer('DELETE');
      server = { ...SETTLED, zone: server.zone, email: server.email, digest: 'off', mutes: [] };
      return server;
    },
  };
  book = new PreferenceBook({ rest, store: connection } as unknown as Connection);
});

const view = () => book.store.getState();
const mode = () => modeOf(view().shown?.rules ?? [], 'mention', 'email');
const requests = (method: string) =>
  asked.filter(([how]) => how === method).map(([, body]) => body);

async function held(): Promise<() => void> {
  return vi.waitFor(() => {
    const go = hold?.shift();
    expect(go).toBeDefined();
    return go as () => void;
  });
}

describe('a change', () => {
  it('H6: shows at once, and asks for nothing else', async () => {
    await book.load();
    hold = [];
    const done = book.setMode('mention', 'email', 'instant');
    expect(mode()).toBe('instant');
    expect(view()).toMatchObject({ saving: true, saved: 0 });
    (await held())();
    await done;
    expect(requests('PATCH')).toEqual([
      { rules: [{ category: 'mention', channel: 'email', mode: 'instant' }] },
    ]);
    expect(view()).toMatchObject({ saving: false, saved: 1, failed: null });
  });

  it('H6: that fails is taken back alone, and tried again', async () => {
    await book.load();
    hold = [];
    const first = book.setMode('mention', 'email', 'off');
    const second = book.change({ digest: 'weekly' });
    refuse = new Error('Not now.');
    (await held())();
    await expect(first).rejects.toThrow('Not now.');
    expect(mode()).toBe('digest');
    expect(view().shown?.digest).toBe('weekly');
    refuse = null;
    (await held())();
    await second;
    expect(server).toMatchObject({ digest: 'weekly', rules: RULES });
    expect(view().failed?.error).toEqual(new Error('Not now.'));
    hold = null;
    await book.retry();
    expect(mode()).toBe('off');
    expect(view().failed).toBeNull();
    expect(modeOf(server.rules, 'mention', 'email')).toBe('off');
  });

  it('goes out after those before it', async () => {
    await book.load();
    hold = [];
    const all = [book.change({ digest_at: '09:00' }), book.change({ digest_at: '10:00' })];
    const go = await held();
    expect(requests('PATCH')).toEqual([{ digest_at: '09:00' }]);
    expect(view().shown?.digest_at).toBe('10:00');
    go();
    (await held())();
    await Promise.all(all);
    expect(server.digest_at).toBe('10:00');
  });

  it('is made of what the server has, where nothing was read before', async () => {
    await book.setMode('mention', 'email', 'off');
    expect(asked.map(([how]) => how)).toEqual(['GET', 'PATCH']);
    expect(mode()).toBe('off');
  });
});

describe('mutes', () => {
  it('H6: of another tab stay', async () => {
    await book.load();
    server = { ...server, mutes: ['p1', 'elsewhere'] };
    await book.mute('d1');
    expect(server.mutes).toEqual(['p1', 'elsewhere', 'd1']);
    await book.unmute('p1');
    expect(server.mutes).toEqual(['elsewhere', 'd1']);
  });

  it('are there once', async () => {
    await book.mute('p1');
    expect(server.mutes).toEqual(['p1']);
  });
});

describe('H7: back to the defaults', () => {
  const mine: Change = {
    rules: [{ category: 'mention', channel: 'email', mode: 'off' }],
    quiet_hours: { from: '22:00', to: '07:00', zone: 'Asia/Tokyo' },
    digest: 'weekly',
    digest_at: '10:00',
    mutes: ['p1', 'd1'],
  };

  beforeEach(async () => {
    server = withChange({ ...SETTLED, zone: 'Asia/Tokyo' }, mine);
    await book.load();
  });

  it('goes what the server says, and takes it back', async () => {
    hold = [];
    const done = book.reset();
    (await held())();
    const answer = await held();
    const { rules, ...others } = mine;
    expect(view()).toMatchObject({ saving: true, taken: null, shown: others });
    answer();
    await done;
    hold = null;
    expect(view()).toMatchObject({
      saving: false,
      shown: { rules: RULES, quiet_hours: null, digest: 'off', mutes: [], zone: 'Asia/Tokyo' },
    });
    await book.undoReset();
    // What was by default stays so: it is not chosen by this.
    expect(requests('PATCH')).toEqual([mine]);
    expect(server).toMatchObject({ ...mine, rules: withChange(SETTLED, mine).rules });
    expect(view().taken).toBeNull();
    await book.undoReset();
    expect(requests('PATCH')).toHaveLength(1);
  });

  it('can not be taken back once something else was changed', async () => {
    await book.reset();
    await book.change({ digest: 'hourly' });
    expect(view().taken).toBeNull();
  });

  it('that fails changes nothing, and is tried again', async () => {
    refuse = new Error('Not now.');
    await expect(book.reset()).rejects.toThrow('Not now.');
    expect(view()).toMatchObject({ taken: null, shown: { digest: 'weekly' } });
    refuse = null;
    await book.retry();
    expect(view()).toMatchObject({ failed: null, taken: mine, shown: { digest: 'off' } });
  });
});

describe('what others change', () => {
  it('is read when the connection is back, and when the page is looked at again', async () => {
    const stop = book.follow();
    await vi.waitFor(() => expect(view().shown).not.toBeNull());
    server = { ...server, digest: 'hourly' };
    connection.setState({ status: 'offline' });
    connection.setState({ status: 'online' });
    await vi.waitFor(() => expect(view().shown?.digest).toBe('hourly'));
    server = { ...server, digest: 'off' };
    window.dispatchEvent(new Event('focus'));
    document.dispatchEvent(new Event('visibilitychange'));
    await vi.waitFor(() => expect(view().shown?.digest).toBe('off'));
    expect(requests('GET')).toHaveLength(3);
    stop();
    window.dispatchEvent(new Event('focus'));
    expect(requests('GET')).toHaveLength(3);
  });

  it('is read once for several views', async () => {
    const stops = [book.follow(), book.follow()];
    await book.load();
    expect(requests('GET')).toHaveLength(1);
    stops[0]?.();
    stops[0]?.();
    window.dispatchEvent(new Event('focus'));
    await vi.waitFor(() => expect(requests('GET')).toHaveLength(2));
    stops[1]?.();
  });

  it('may not be readable; what was read stays', async () => {
    await book.load();
    refuse = new Error('No.');
    await book.load();
    expect(view()).toMatchObject({ shown: SETTLED, error: new Error('No.') });
    refuse = null;
    await book.load();
    expect(view().error).toBeNull();
  });
});

it('a new address has to be confirmed, the one in use not again', () => {
  const email = { address: 'ada@example.org', confirmed: true, in_use: 'ada@example.org' };
  const known = { ...SETTLED, email };
  expect(withChange(known, { email: 'ada@example.org' }).email).toEqual(email);
  const changed = withChange(known, { email: 'a@example.org' });
  expect(changed.email).toEqual({ ...email, address: 'a@example.org', confirmed: false });
  expect(withChange(changed, { email: 'ada@example.org' }).email).toEqual(email);
  expect(withChange(known, { email: null }).email).toBeNull();
});
