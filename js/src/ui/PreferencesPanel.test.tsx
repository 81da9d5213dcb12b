import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StoreApi } from 'zustand/vanilla';

import type { Connection, ConnectionState } from '../core/connection.js';
import { createConnectionStore } from '../core/connection-state.js';
import {
  CATEGORIES,
  CHANNELS,
  type Change,
  PreferenceBook,
  type Preferences,
  withChange,
} from '../core/preferences.js';
import { Push } from '../core/push.js';
import { PreferencesPanel } from './PreferencesPanel.js';

const WHOLE: Preferences = {
  rules: CATEGORIES.flatMap(category =>
    CHANNELS.map(channel => ({ category, channel, mode: 'instant' as const })),
  ),
  quiet_hours: null,
  digest: 'off',
  digest_at: '08:00',
  zone: 'UTC',
  mutes: [],
  locks: [],
  email: null,
  channels: { email: true, push: true },
};

let place: HTMLElement;
let root: Root;
let connection: StoreApi<ConnectionState>;
let server: Preferences;
let refuse: Error | null;
const patch = vi.fn(async (_: string, change: Change) => {
  if (refuse) {
    throw refuse;
  }
  server = withChange(server, change);
  return server;
});

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.stubEnv('TZ', 'Europe/Berlin');
  server = WHOLE;
  refuse = null;
  patch.mockClear();
  connection = createConnectionStore();
  connection.setState({ status: 'online' });
  place = document.body.appendChild(document.createElement('div'));
  root = createRoot(place);
});

afterEach(() => {
  act(() => root.unmount());
  place.remove();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

async function show(
  settled: Partial<Preferences> = {},
  push: Push | null = null,
): Promise<PreferenceBook> {
  server = { ...WHOLE, ...settled };
  const get = async () => {
    if (refuse) {
      throw refuse;
    }
    return server;
  };
  const book = new PreferenceBook({
    rest: { get, patch, delete: async () => (server = WHOLE) },
    store: connection,
  } as unknown as Connection);
  const names = async (ids: readonly string[]) =>
    new Map(ids.filter(id => id === 'p1').map(id => [id, { kind: 'project', name: 'Weather' }]));
  await act(async () =>
    root.render(<PreferencesPanel {...{ connection, book, push, names: names as never }} />),
  );
  return book;
}

const labelled = <Kind extends HTMLElement = HTMLInputElement>(name: string) =>
  place.querySelector(`[aria-label="${name}"]`) as Kind;
const button = (words: string) =>
  [...place.querySelectorAll('button')].find(it => it.textContent === words) as HTMLButtonElement;
const click = (what: HTMLElement) => act(async () => what.click());

async function write(field: HTMLInputElement | HTMLSelectElement, value: string): Promise<void> {
  const kind = field instanceof HTMLSelectElement ? HTMLSelectElement : HTMLInputElement;
  await act(async () => {
    // As a browser does it: what React has put over the property is not asked.
    Object.getOwnPropertyDescriptor(kind.prototype, 'value')?.set?.call(field, value);
    field.dispatchEvent(
      new Event(kind === HTMLSelectElement ? 'change' : 'input', { bubbles: true }),
    );
  });
}

const sent = () => patch.mock.calls.map(([, change]) => change);

describe('the table', () => {
  it('has a cell for each category and channel, each with a name of its own', async () => {
    await show();
    const cells = [...place.querySelectorAll('tbody :is(input, select)')];
    const names = new Set(cells.map(cell => cell.getAttribute('aria-label')));
    expect(names.size).toBe(CATEGORIES.length * CHANNELS.length);
  });

  it('saves what is chosen at once, and says so', async () => {
    await show();
    await write(labelled<HTMLSelectElement>('Mentions: E-mail') as never, 'digest');
    await click(labelled('Quotas: Pop-up'));
    expect(sent()).toEqual([
      { rules: [{ category: 'mention', channel: 'email', mode: 'digest' }] },
      { rules: [{ category: 'quota', channel: 'toast', mode: 'off' }] },
    ]);
    expect(labelled('Quotas: Pop-up').checked).toBe(false);
    expect(place.querySelector('.jrt-prefs-saved')?.textContent).toBe('Saved');
  });

  it('goes back where it was not saved, says why, and tries again', async () => {
    await show();
    refuse = new Error('The disk is full.');
    await click(labelled('Quotas: Pop-up'));
    expect(labelled('Quotas: Pop-up').checked).toBe(true);
    expect(place.querySelector('[role=alert]')?.textContent).toContain('The disk is full.');
    refuse = null;
    await click(button('Retry'));
    expect(labelled('Quotas: Pop-up').checked).toBe(false);
    expect(place.querySelector('[role=alert]')).toBeNull();
  });

  it('shows what an administrator has settled, and lets nobody change it', async () => {
    const lock = { category: 'system', channel: 'email', mode: 'off' } as const;
    await show({ locks: [lock] });
    const locked = labelled('System: E-mail');
    expect(locked.disabled).toBe(true);
    const why = document.getElementById(locked.getAttribute('aria-describedby') ?? '');
    expect(why?.textContent).toContain('administrator');
    expect(labelled('System: Push').disabled).toBe(false);
  });

  it('offers nothing that the server can not do', async () => {
    await show({ channels: { email: false, push: true } });
    expect(labelled('Mentions: E-mail').disabled).toBe(true);
    expect(place.textContent).toContain('This server sends no mail.');
    expect(place.textContent).not.toContain('no push messages');
  });

  it('pops nothing up that does not stand in the inbox', async () => {
    await show();
    await click(labelled('Replies: Inbox'));
    const popUp = labelled('Replies: Pop-up');
    expect([popUp.checked, popUp.disabled]).toEqual([false, true]);
  });
});

describe('quiet hours', () => {
  it('begin with a night in the zone of this browser', async () => {
    await show();
    await click(place.querySelector('[data-jrt-quiet] input') as HTMLElement);
    const zone = 'Europe/Berlin';
    expect(sent()).toEqual([{ quiet_hours: { from: '22:00', to: '07:00', zone }, zone }]);
  });

  it('are saved when a time has been typed, not with each digit', async () => {
    const zone = 'Europe/Berlin';
    await show({ quiet_hours: { from: '22:00', to: '07:00', zone }, zone });
    const field = labelled('Quiet hours begin');
    for (const typed of ['02:00', '', '21:00', '21:30']) {
      await write(field, typed);
    }
    expect(sent()).toEqual([]);
    await act(async () => field.dispatchEvent(new FocusEvent('focusout', { bubbles: true })));
    expect(sent()).toEqual([{ quiet_hours: { from: '21:30', to: '07:00', zone } }]);
  });

  it('are saved a moment after the last key, too', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await show({ quiet_hours: { from: '22:00', to: '07:00', zone: 'UTC' } });
    await write(labelled('Quiet hours end'), '06:00');
    await act(async () => vi.advanceTimersByTime(1000));
    expect(sent()).toEqual([{ quiet_hours: { from: '22:00', to: '06:00', zone: 'UTC' } }]);
  });

  it('and digest share a zone', async () => {
    await show({ quiet_hours: { from: '22:00', to: '07:00', zone: 'UTC' } });
    await write(labelled<HTMLSelectElement>('Time zone') as never, 'Asia/Tokyo');
    const zone = 'Asia/Tokyo';
    expect(sent()).toEqual([{ zone, quiet_hours: { from: '22:00', to: '07:00', zone } }]);
  });
});

describe('the digest', () => {
  it('is missed where something waits for it', async () => {
    const rule = { category: 'mention', channel: 'email', mode: 'digest' } as const;
    await show(withChange(WHOLE, { rules: [rule] }));
    expect(place.textContent).toContain('no digest comes');
    await write(labelled<HTMLSelectElement>('How often the digest comes') as never, 'weekly');
    expect(sent()).toEqual([{ digest: 'weekly', zone: 'Europe/Berlin' }]);
    expect(place.textContent).not.toContain('no digest comes');
    expect(labelled('When the digest comes').value).toBe('08:00');
  });
});

describe('what is muted', () => {
  it('is shown by name, unmuted, and muted again', async () => {
    await show({ mutes: ['p1', 'gone'] });
    const rows = [...place.querySelectorAll('.jrt-mute-name')].map(row => row.textContent);
    expect(rows).toEqual(['Project Weather', 'Something that you can no longer see']);
    await click(labelled('Unmute Project Weather'));
    expect(server.mutes).toEqual(['gone']);
    expect(document.activeElement).toBe(button('Undo'));
    await click(button('Undo'));
    expect(server.mutes).toEqual(['gone', 'p1']);
  });
});

describe('the defaults', () => {
  it('H7: come back with a click, and go with another', async () => {
    await show({ digest: 'weekly', mutes: ['p1'] });
    const back = button('Back to the defaults');
    back.focus();
    await click(back);
    expect(labelled<HTMLSelectElement>('How often the digest comes').value).toBe('off');
    expect(place.textContent).toContain('All is as by default again.');
    expect(document.activeElement).toBe(button('Undo'));
    await click(button('Undo'));
    expect(server).toMatchObject({ digest: 'weekly', mutes: ['p1'] });
    expect(document.activeElement).toBe(button('Back to the defaults'));
  });
});

describe('pushes', () => {
  it('are turned on here, as soon as it is known how they stand', async () => {
    const get = vi.fn(async () => ({ public_key: 'key', items: [] }));
    const workers = { getRegistration: async () => undefined } as never;
    const browser = { workers, permission: () => 'default' as const, askPermission: vi.fn() };
    await show({}, new Push({ get, post: vi.fn() } as never, 'https://hub.example/', browser));
    expect(get).toHaveBeenCalledExactlyOnceWith('push');
    const box = [...place.querySelectorAll('label')].find(it =>
      it.textContent?.includes('Push to'),
    );
    expect(box?.querySelector('input')).toMatchObject({ checked: false, disabled: false });
    expect(browser.askPermission).not.toHaveBeenCalled();
  });

  it('are turned on elsewhere where this page can not, and it says where', async () => {
    await show();
    expect(place.textContent).toContain('They are turned on in each browser');
  });

  it('are not spoken of where the server sends none', async () => {
    await show({ channels: { email: true, push: false } });
    expect(place.textContent).not.toContain('They are turned on');
  });
});

describe('the mail address', () => {
  it('stays in the field where it was refused, and waits to be confirmed', async () => {
    await show();
    const field = labelled('Your mail address');
    await write(field, 'ada@example.org');
    refuse = new Error('No such domain.');
    await click(button('Save'));
    expect(field.value).toBe('ada@example.org');
    expect(place.textContent).toContain('No such domain.');
    refuse = null;
    await click(button('Save'));
    expect(sent().at(-1)).toEqual({ email: 'ada@example.org' });
    expect(place.textContent).toContain('Not confirmed yet');
    expect(place.textContent).not.toContain('Until then');
  });

  it('says where mail goes until a new one is confirmed', async () => {
    const old = 'old@example.org';
    await show({ email: { address: old, confirmed: true, in_use: old } });
    await write(labelled('Your mail address'), 'new@example.org');
    await click(button('Save'));
    expect(place.textContent).toContain('sent to new@example.org. Until then mail goes to old@');
  });
});

describe('without preferences', () => {
  it('it says why, and tries again', async () => {
    refuse = new Error('A visitor has no inbox.');
    await show();
    expect(place.querySelector('.jrt-face-error')?.textContent).toContain('A visitor');
    refuse = null;
    await click(button('Retry'));
    expect(place.querySelector('table')).not.toBeNull();
  });

  it('it says that the server is away; what was read stays, marked as old', async () => {
    await show();
    await act(async () => connection.setState({ status: 'offline', since: Date.now() }));
    expect(place.textContent).toContain('Offline since');
    expect(place.querySelector('table')).not.toBeNull();
  });
});

it('an old zone that the browser does not know stays chosen', async () => {
  await show({ digest: 'daily', zone: 'Mars/Olympus_Mons' });
  expect(labelled<HTMLSelectElement>('Time zone').value).toBe('Mars/Olympus_Mons');
});
