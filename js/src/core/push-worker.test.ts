import { expect, test, vi } from 'vitest';

import type { Notification } from './notification-rows.js';
import { OPEN_MESSAGE, type OpenPage, PushWorker } from './push-worker.js';

const PREFIX = 'https://hub.example.org/user/ana/realtime/';

const row = (id: string, action_url: string | null = null) =>
  ({ id, title: `Title of ${id}`, message: `Message of ${id}`, action_url }) as Notification;

function make(known: Record<string, Notification> = {}, pages: OpenPage[] = []) {
  const around = {
    prefix: PREFIX,
    fetch: vi.fn(async (address: string) => {
      const found = known[address.split('/').at(-1) ?? ''];
      return new Response(JSON.stringify(found ?? {}), { status: found ? 200 : 404 });
    }),
    show: vi.fn(async (_title: string, _options: NotificationOptions) => undefined),
    pages: async () => pages,
    open: vi.fn(async (_address: string) => null),
  };
  return { around, worker: new PushWorker(around) };
}

const page = (url: string, answers: boolean) => ({
  url,
  ask: vi.fn(async () => answers),
  focus: vi.fn(async () => undefined),
});

const push = (...ids: string[]) => JSON.stringify({ notifications: ids, count: ids.length });

test('U8: what a push is about is asked of the server, and shown', async () => {
  const { around, worker } = make({ n1: row('n1') });
  await worker.onPush(push('n1'));
  expect(around.fetch).toHaveBeenCalledExactlyOnceWith(`${PREFIX}api/v1/notifications/n1`);
  expect(around.show).toHaveBeenCalledExactlyOnceWith('Title of n1', {
    body: 'Message of n1',
    tag: 'jupyter-realtime:n1',
    data: row('n1'),
  });
});

test('U8: who may not know is shown no more than that there is something', async () => {
  const { around, worker } = make();
  await worker.onPush(push('n1'));
  around.fetch.mockRejectedValue(new TypeError('Failed to fetch'));
  await worker.onPush(push('n1'));
  around.fetch.mockResolvedValue(new Response('<html>Log in</html>'));
  await worker.onPush(push('n1'));
  expect(around.show).toHaveBeenCalledTimes(3);
  for (const [title, { body, data }] of around.show.mock.calls) {
    expect([title, data]).toEqual(['Jupyter', null]);
    expect(body).toContain('something new');
  }
});

test('U8: several are one, with the names of the newest', async () => {
  const { around, worker } = make({ n1: row('n1'), n2: row('n2'), n3: row('n3'), n4: row('n4') });
  await worker.onPush(push('n4', 'n3', 'n2', 'n1'));
  expect(around.show).toHaveBeenCalledExactlyOnceWith('4 notifications', {
    body: 'Title of n4\nTitle of n3\nTitle of n2\n… and 1 more',
    tag: 'jupyter-realtime:several',
    data: null,
  });
});

test.each(['', 'x', '[]', '{}', 'null', '{"notifications": 1, "count": 2}'])(
  'U8: each push shows something, whatever it says: %s',
  async text => {
    const { around, worker } = make();
    await worker.onPush(text);
    expect(around.show).toHaveBeenCalledOnce();
  },
);

test('U7: one that only tries says so', async () => {
  const { around, worker } = make();
  await worker.onPush(push());
  expect(around.show.mock.calls[0]?.[0]).toBe('Notifications arrive here');
  expect(around.fetch).not.toHaveBeenCalled();
});

test('U8: a click leads to the target in a page that is open, and brings it to the front', async () => {
  const other = page('https://hub.example.org/user/ben/lab', true);
  const deaf = page('https://hub.example.org/user/ana/terminals/1', false);
  const lab = page('https://hub.example.org/user/ana/lab', true);
  const { around, worker } = make({}, [other, deaf, lab]);
  await worker.onClick(row('n1', '/lab/tree/a.ipynb'));
  expect(lab.ask).toHaveBeenCalledWith({
    type: OPEN_MESSAGE,
    notification: row('n1', '/lab/tree/a.ipynb'),
  });
  expect(lab.focus).toHaveBeenCalledOnce();
  expect(deaf.focus).not.toHaveBeenCalled();
  expect(other.ask).not.toHaveBeenCalled();
  expect(around.open).not.toHaveBeenCalled();
});

test.each([
  [null, 'https://hub.example.org/user/ana/'],
  ['/lab/tree/a.ipynb', 'https://hub.example.org/user/ana/lab/tree/a.ipynb'],
  ['/user/ana/lab', 'https://hub.example.org/user/ana/lab'],
  ['?x=1', 'https://hub.example.org/user/ana/?x=1'],
  ['https://example.org/y', 'https://example.org/y'],
])('U8: else it opens a new page: %s', async (url, address) => {
  const { around, worker } = make();
  await worker.onClick(url === null ? null : row('n1', url));
  expect(around.open).toHaveBeenCalledExactlyOnceWith(address);
});
