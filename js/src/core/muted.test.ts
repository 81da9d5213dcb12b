import { expect, it, vi } from 'vitest';

import type { Connection } from './connection.js';
import { mutedNames } from './muted.js';

const answers: Record<string, unknown[]> = {
  projects: [
    { id: 'p1', name: 'Weather' },
    { id: 'p2', name: 'Bikes' },
  ],
  notifications: [
    { thread: null, title: 'Analysis done' },
    { thread: 't1', title: 'Ana replied in eda.ipynb' },
    { thread: 't1', title: 'An older one' },
  ],
};
const get = vi.fn(async (path: string) => ({ items: answers[path.split('?')[0] ?? ''] ?? [] }));
const names = (...ids: string[]) => mutedNames({ rest: { get } } as unknown as Connection, ids);

it('projects have their name, threads what was told of them last, and what is gone has none', async () => {
  expect(await names('t1', 'p2', 'gone')).toEqual(
    new Map([
      ['p2', { kind: 'project', name: 'Bikes' }],
      ['t1', { kind: 'thread', name: 'Ana replied in eda.ipynb' }],
    ]),
  );
});

it('nothing more is asked for where all are projects', async () => {
  get.mockClear();
  await names('p1');
  expect(get).toHaveBeenCalledOnce();
});
