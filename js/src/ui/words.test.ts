import { describe, expect, it } from 'vitest';

import manifest from '../../package.json';
import type { ConnectionState } from '../core/connection.js';
import { bannerText, hintText, systemText } from './Banner.js';
import { connectionText } from './ConnectionDot.js';
import { relativeTime } from './time.js';
import { english } from './translator.js';
import { VERSION } from './version.js';

const online: ConnectionState = {
  status: 'online',
  transport: 'socket',
  reason: null,
  user: null,
  since: 0,
  nextTryAt: null,
  unsent: 0,
  serverVersion: '1.0',
  clockAhead: 0,
};

describe('times', () => {
  const at = Date.parse('2026-11-23T12:00:00Z');
  it.each([
    ['2026-11-23T12:00:00Z', 'now'],
    ['2026-11-23T11:59:01Z', 'now'],
    ['2026-11-23T11:55:30Z', '4 minutes ago'],
    ['2026-11-23T10:00:00Z', '2 hours ago'],
    ['2026-11-22T11:00:00Z', 'yesterday'],
    ['2026-11-23T12:03:00Z', 'now'],
  ])('%s is %s', (then, words) => {
    expect(relativeTime(Date.parse(then), at, 'en')).toBe(words);
  });
});

describe('the banner', () => {
  it('is there only where something stands in the way', () => {
    expect(bannerText(online, '1.0', english)).toBeNull();
    expect(bannerText({ ...online, status: 'offline' }, '1.0', english)).toBeNull();
  });

  it('says that something is not saved yet, while it is not', () => {
    const offline: ConnectionState = { ...online, status: 'offline', unsent: 1 };
    expect(bannerText(offline, '1.0', english)).toBe(
      'Not saved yet: 1 change waits for the connection.',
    );
    expect(bannerText({ ...online, unsent: 1 }, '1.0', english)).toBeNull();
  });

  it('names both versions', () => {
    const text = bannerText(online, '2.0', english);
    expect(text).toContain('1.0');
    expect(text).toContain('2.0');
  });

  it('says what is absent, in the words of the connection', () => {
    const state: ConnectionState = { ...online, status: 'absent', reason: 'Not installed.' };
    expect(bannerText(state, '1.0', english)).toBe('Not installed.');
  });
});

describe('polling', () => {
  const state: ConnectionState = { ...online, transport: 'polling' };

  it('is live, and says what is in the way', () => {
    expect(connectionText(state, 0, english)).toBe(
      'Live by polling: WebSockets are blocked on the way',
    );
    expect(bannerText(state, '1.0', english)).toBeNull();
    expect(hintText(state, english)).toContain('Live updates come by polling');
  });

  it('is mentioned only while it lasts', () => {
    expect(hintText(online, english)).toBeNull();
  });
});

it('says when the next attempt is', () => {
  const state: ConnectionState = { ...online, status: 'offline', since: 0, nextTryAt: 65_000 };
  expect(connectionText(state, 62_000, english)).toMatch(/^Offline since .*again in 3 seconds$/);
});

it('is of the version of its package', () => {
  expect(manifest.version).toBe(VERSION);
});

describe('what the service says of itself', () => {
  it('O3: is shown while the page is online, and old news while it is not', () => {
    const full = { status: 'down' as const, message: 'The disk is full.' };
    expect(systemText(full, online)).toBe('The disk is full.');
    expect(systemText(full, { ...online, status: 'offline' })).toBeNull();
    expect(systemText({ status: 'ok', message: null }, online)).toBeNull();
  });
});
