import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createStore, type StoreApi } from 'zustand/vanilla';

import type { ConnectionState, Status } from '../core/connection.js';
import * as page from '../core/page.js';
import { english } from '../ui/translator.js';
import type { Model, Traits } from './model.js';
import { findSource, type Source } from './source.js';

let store: StoreApi<Pick<ConnectionState, 'status' | 'serverVersion'>>;
let knows: boolean;
const found: Source[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  found.length = 0;
  knows = true;
  store = createStore(() => ({ status: 'connecting' as Status, serverVersion: null }));
  const get = () => (knows ? Promise.resolve({}) : Promise.reject(new Error('no such run')));
  vi.spyOn(page, 'pageConnection').mockReturnValue({ store, rest: { get } } as never);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function look(traits: Partial<Traits> = {}): () => void {
  const all = { run_id: 'r1', prefix: '/realtime/', version: '1.0', ...traits };
  const model = { get: (name: keyof typeof all) => all[name] } as unknown as Model;
  return findSource(model, english, source => found.push(source));
}

const reasons = () => found.map(source => (source.kind === 'comm' ? source.reason : source.kind));

it('is the page as soon as its connection is there and knows the run', async () => {
  look();
  expect(found).toEqual([]);
  store.setState({ status: 'online', serverVersion: '1.0' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reasons()).toEqual(['page']);
});

it('is the kernel for a run beside it, and says so where the page has a server', async () => {
  look({ run_id: '' });
  store.setState({ status: 'online', serverVersion: '1.0' });
  await vi.advanceTimersByTimeAsync(0);
  expect(reasons()).toEqual(['The kernel found no server and runs the analysis by itself.']);
});

it('is the kernel, without apology, on a page that no Jupyter server has made', () => {
  look({ run_id: '', prefix: '' });
  expect(reasons()).toEqual([null]);
});

it('is the kernel where the server does not know the run', async () => {
  knows = false;
  look();
  store.setState({ status: 'online' });
  await vi.advanceTimersByTimeAsync(0);
  expect(reasons()[0]).toContain('does not know this run');
});

it.each([
  [{ status: 'absent' as Status }, 'does not have jupyter_realtime'],
  [{ status: 'refused' as Status }, 'refused'],
  [{ status: 'online' as Status, serverVersion: '9.9' }, '9.9'],
])('is the kernel, and says why: %j', (state, words) => {
  look();
  store.setState(state);
  vi.advanceTimersByTime(60_000);
  expect(reasons()).toEqual([expect.stringContaining(words)]);
});

it('is the kernel after a while, and the page again when the server answers', async () => {
  look();
  await vi.advanceTimersByTimeAsync(5000);
  expect(reasons()[0]).toContain('does not answer');
  store.setState({ status: 'online' });
  await vi.advanceTimersByTimeAsync(0);
  expect(reasons()[1]).toBe('page');
});

it('is of no interest any more once the widget is gone', async () => {
  const stop = look();
  stop();
  store.setState({ status: 'online' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(found).toEqual([]);
});
