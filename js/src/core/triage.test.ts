import { beforeEach, describe, expect, it, vi } from 'vitest';

import { makeIssue } from '../ui/testing.js';
import type { Connection } from './connection.js';
import type { RoomHandler } from './room.js';
import { statusNow, Triage } from './triage.js';

const issue = makeIssue({ fingerprint: 'f1', path: 'a.py' });
let rest: Record<'get' | 'put' | 'delete', ReturnType<typeof vi.fn>>;
let room: Partial<RoomHandler>;
let triage: Triage;
let rows: unknown[];
let role: string;

beforeEach(() => {
  rows = [];
  role = 'member';
  rest = {
    get: vi.fn(async (path: string) =>
      path === 'projects/p1'
        ? { role }
        : { items: path.includes('dismissals') ? rows : [], next: null },
    ),
    put: vi.fn(async () => ({})),
    delete: vi.fn(async () => undefined),
  };
  const subscribe = (_: string, handler: Partial<RoomHandler>) => {
    room = handler;
    return () => {};
  };
  triage = new Triage({ rest, subscribe } as unknown as Connection);
  triage.followProject('p1');
});

const status = (found = issue) => statusNow(found, triage.of('p1'));

describe('a dismissal', () => {
  it('shows at once, and is told to the server with its reason', async () => {
    const done = triage.dismiss('p1', issue, 'it is a demo');
    expect(status()).toBe('dismissed');
    await done;
    const body = { fingerprint: 'f1', path: 'a.py', reason: 'it is a demo' };
    expect(rest.put).toHaveBeenCalledExactlyOnceWith('projects/p1/dismissals', body);
  });

  it('is taken back where the server refuses it', async () => {
    rest.put.mockRejectedValue(new Error('No.'));
    await expect(triage.dismiss('p1', issue, 'x')).rejects.toThrow('No.');
    expect(status()).toBe('new');
  });

  it('is undone, also where the run itself calls it dismissed', async () => {
    const found = makeIssue({ status: 'dismissed' });
    expect(status(found)).toBe('dismissed');
    await triage.restore('p1', found);
    expect(status(found)).toBe('ongoing');
    expect(rest.delete).toHaveBeenCalledWith('projects/p1/dismissals/f1?path=a.py');
  });

  it('of others arrives by the room of the project', async () => {
    rows = [{ fingerprint: 'f1', path: 'a.py', reason: 'ours' }];
    const data = { project: 'p1', changed: 'dismissal' };
    room.onEvent?.({ event: 'project:update', data } as never);
    await vi.waitFor(() => expect(status()).toBe('dismissed'));
  });
});

describe('a role', () => {
  it.each([
    ['viewer', false],
    ['member', true],
    ['owner', true],
  ])('of %s may decide: %s', async (mine, may) => {
    role = mine;
    room.onReady?.({ epoch: 'e', seq: 0 });
    await vi.waitFor(() => expect(triage.of('p1').loaded).toBe(true));
    expect(triage.of('p1').mayDecide).toBe(may);
  });

  it('counts from when it is changed', async () => {
    room.onReady?.({ epoch: 'e', seq: 0 });
    await vi.waitFor(() => expect(triage.of('p1').mayDecide).toBe(true));
    role = 'viewer';
    room.onEvent?.({ event: 'member:changed', data: { user: 'ana', role: 'viewer' } } as never);
    await vi.waitFor(() => expect(triage.of('p1').mayDecide).toBe(false));
  });
});
