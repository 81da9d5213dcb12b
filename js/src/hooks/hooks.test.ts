import { readFileSync } from 'node:fs';
import type { ReactNode } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { Connection } from '../core/connection.js';
import { ADA, FakeServer, FakeSocket, pinned, welcome } from '../core/testing.js';
import { makeIssue, makeRun } from '../ui/testing.js';

const ROOM = 'project:p';
const HEALTH = { status: 'ok', version: '0.1.0', protocol: 1 };
const HERE = import.meta.dirname;

type Hooks = typeof import('../index.js');

interface Library {
  createElement(type: unknown, props: unknown, ...children: unknown[]): ReactNode;
  createRoot(place: Element): { render(node: ReactNode): void; unmount(): void };
}

interface Examples {
  Losses: unknown;
  Here: unknown;
  Bell: unknown;
  Who: unknown;
}

const makeNotification = (id: string, seq: number) => ({
  id,
  seq,
  type: 'info',
  category: 'system',
  title: `Title of ${id}`,
  message: '',
  action_url: null,
  project: null,
  thread: null,
  actors: [ADA],
  count: 1,
  read: false,
  seen: false,
  archived: false,
  snoozed_until: null,
  created_at: `2026-11-23T10:00:0${seq}.000Z`,
  updated_at: `2026-11-23T10:00:0${seq}.000Z`,
  reason: '',
});

/** The same tests with both: the widgets are built with Preact, JupyterLab brings React. */
describe.each(['react', 'preact'])('the hooks, with %s,', name => {
  let hooks: Hooks;
  let library: Library;
  let examples: Examples;
  let server: FakeServer;
  let socket: FakeSocket;
  let connection: Connection;
  let answer: (address: string, init: RequestInit | undefined) => Promise<Response>;
  let place: HTMLElement;
  let root: ReturnType<Library['createRoot']>;

  beforeAll(async () => {
    vi.resetModules();
    if (name === 'preact') {
      vi.doMock('react', () => import('preact/compat'));
      vi.doMock('react-dom/client', () => import('preact/compat/client'));
      vi.doMock('react/jsx-runtime', () => import('preact/jsx-runtime'));
      vi.doMock('react/jsx-dev-runtime', () => import('preact/jsx-dev-runtime'));
    }
    hooks = await import('../index.js');
    const { createElement } = await import('react');
    const { createRoot } = await import('react-dom/client');
    library = { createElement, createRoot } as unknown as Library;
    const { Losses } = await import('./losses.example.js');
    const { Here } = await import('./here.example.js');
    const { Bell } = await import('./bell.example.js');
    const { Who } = await import('./who.example.js');
    examples = { Losses, Here, Bell, Who };
    return () => vi.doUnmock('react');
  });

  beforeEach(async () => {
    connection = new Connection({
      prefix: 'https://hub.example/realtime/',
      fetch: ((address, init) => answer(String(address), init)) as typeof fetch,
      socket: (url, protocol) => {
        socket = new FakeSocket(url, protocol);
        return socket as unknown as WebSocket;
      },
      random: () => 0,
    });
    answer = async () => Response.json(HEALTH);
    place = document.body.appendChild(document.createElement('div'));
    root = library.createRoot(place);
  });

  afterEach(() => {
    root.unmount();
    place.remove();
    connection.close();
  });

  async function online(): Promise<void> {
    await vi.waitFor(() => expect(socket?.readyState).toBe(0));
    server = new FakeServer(frame => socket.say(frame));
    vi.spyOn(socket, 'send').mockImplementation(text => server.receive(JSON.parse(text)));
    socket.open();
    socket.say(welcome());
  }

  function show(view: unknown, props: object = {}): void {
    const inside = library.createElement(view, props);
    root.render(library.createElement(hooks.RealtimeProvider, { value: connection }, inside));
  }

  const shows = (text: string) => vi.waitFor(() => expect(place.textContent).toBe(text));

  test('are those of that library', async () => {
    const preact = (await import('preact/compat')).createElement as unknown;
    expect(library.createElement === preact).toBe(name === 'preact');
  });

  test('tell how the connection stands', async () => {
    const View = () => {
      const { status, user } = hooks.useSocket();
      return `${status} ${user?.display_name ?? 'nobody'}`;
    };
    show(View);
    await shows('connecting nobody');
    await online();
    await shows(`online ${ADA.display_name}`);
  });

  test('follow a room from where one wants, once each', async () => {
    let renders = 0;
    const View = ({ since }: { since: number }) => {
      renders += 1;
      const room = hooks.useRoom(ROOM, { since: { epoch: 'one', seq: since } });
      const seqs = room.events.map(({ seq }) => seq).join();
      return `${seqs} at ${room.position?.seq} ${room.ready} ${room.recovered}`;
    };
    await online();
    for (let seq = 1; seq <= 4; seq += 1) {
      server.append(ROOM);
    }
    show(View, { since: 2 });
    await shows('3,4 at 4 true true');
    server.append(ROOM);
    await shows('3,4,5 at 5 true true');
    expect(renders).toBeLessThan(6);
    show(View, { since: 4 });
    await shows('5 at 5 true true');
  });

  test('hold as many events as they are told to, and say when continuity is lost', async () => {
    const View = () => {
      const { events, recovered } = hooks.useRoom(ROOM, { since: 'earliest', keep: 2 });
      return `${events.map(({ seq }) => seq).join()} ${recovered}`;
    };
    await online();
    for (let seq = 1; seq <= 3; seq += 1) {
      server.append(ROOM);
    }
    show(View);
    await shows('2,3 true');
    server.lose(ROOM);
    server.append(ROOM);
    socket.say({ type: 'resync', room: ROOM, reason: 'epoch' });
    await shows(' false');
    server.append(ROOM);
    await shows('2 false');
  });

  test('show the board as it changes', async () => {
    const View = () =>
      hooks
        .useRoom(ROOM)
        .states.map(({ data }) => data)
        .join();
    await online();
    server.pin(ROOM, pinned('progress:a', 'k', 1), pinned('progress:b', 'k', 2));
    show(View);
    await shows('1,2');
    socket.say({ type: 'state', room: ROOM, ...pinned('progress:a', 'k', 3) });
    socket.say({ type: 'state', room: ROOM, ...pinned('progress:b', 'k', null) });
    await shows('3');
  });

  test('say why a room can not be followed, and follow none at all', async () => {
    const View = ({ room }: { room: string | null }) => {
      const { error, ready } = hooks.useRoom(room);
      return `${error?.message ?? 'no error'} ${ready}`;
    };
    await online();
    vi.spyOn(server, 'receive').mockImplementation(({ id }) => {
      const refusal = { code: 'forbidden', message: 'No.', retryable: false, retry_after: null };
      socket.say({ type: 'error', id, ...refusal });
    });
    show(View, { room: ROOM });
    await shows('No. false');
    show(View, { room: null });
    await shows('no error false');
  });

  test('show a run with its issues as they arrive', async () => {
    const View = ({ run }: { run: string | null }) => {
      const view = hooks.useAnalysis(run);
      return view ? `${view.analysis.state}, ${view.issues.length} issues` : 'nothing known';
    };
    await online();
    const room = 'analysis:r1';
    server.append(room, { event: 'analysis:started', data: makeRun() });
    show(View, { run: null });
    await shows('nothing known');
    show(View, { run: 'r1' });
    await shows('running, 0 issues');
    const found = { analysis: 'r1', issues: [makeIssue(), makeIssue({ id: 'i2' })] };
    server.append(room, { event: 'analysis:issues', data: found });
    await shows('running, 2 issues');
  });

  /** An inbox as REST has it; `asked` are the requests that change something. */
  function inbox(...ids: string[]) {
    const items = ids.map((id, at) => makeNotification(id, ids.length - at));
    const asked: unknown[] = [];
    answer = async (address, init) => {
      if (!address.includes('notifications')) {
        return Response.json(HEALTH);
      }
      if (init?.method === 'GET') {
        return Response.json({ items, unread: items.length, next: null });
      }
      const body = JSON.parse(String(init?.body));
      asked.push(body);
      const wanted = items.filter(({ id }) => body.ids?.includes(id));
      return Response.json({ items: wanted.map(it => ({ ...it, ...body })), unread: 1 });
    };
    return asked;
  }

  test('show what one is told, as it arrives, with one badge for all', async () => {
    inbox('b', 'a');
    const View = () => {
      // As people write it: a new object each time.
      const { items, unread, loaded } = hooks.useNotifications({ box: 'unread' });
      return `${loaded} ${unread}: ${items.map(({ id }) => id).join()}`;
    };
    await online();
    show(View);
    await shows('true 2: b,a');
    const data = { ...makeNotification('c', 3), unread: 3, toast: 'now', toast_at: null };
    server.append(`user:${ADA.name}`, { event: 'notification:new', data } as never);
    await shows('true 3: c,b,a');
    root.render(null);
    await vi.waitFor(() => expect(server.heard.at(-1)).toMatchObject({ type: 'unsubscribe' }));
  });

  test('say why there is no inbox, and look again when they are shown anew', async () => {
    inbox('a');
    await online();
    vi.spyOn(server, 'receive').mockImplementationOnce(({ id }) => {
      const refusal = { code: 'forbidden', message: 'No.', retryable: false, retry_after: null };
      socket.say({ type: 'error', id, ...refusal });
    });
    const View = () => {
      const { denied, loading, unread } = hooks.useNotifications();
      return `${denied}, ${loading}, ${unread}`;
    };
    show(View);
    await shows('No., false, null');
    root.render(null);
    await vi.waitFor(() => expect(server.heard.at(-1)).toMatchObject({ type: 'unsubscribe' }));
    show(View);
    await shows('null, false, 1');
  });

  test('keep an example of an inbox working', async () => {
    const asked = inbox('b', 'a');
    await online();
    show(examples.Bell);
    await shows('2 unreadTitle of bDoneTitle of aDoneAll read');
    place.querySelector('button')?.click();
    await shows('1 unreadTitle of aDoneAll read');
    expect(asked).toEqual([{ ids: ['b'], archived: true }]);
  });

  test('keep an example of presence working', async () => {
    await online();
    const bo = { ...ADA, name: 'bo', display_name: 'Bo' };
    const at = (user: typeof ADA, path: string) =>
      pinned('user:status', user.name, { user, status: 'online', path });
    server.pin(ROOM, at(ADA, 'a.py'), at(bo, 'b.py'));
    show(examples.Who, { project: 'p' });
    await shows('Bo: online b.py');
    expect(place.querySelectorAll('li')).toHaveLength(1);
  });

  test('leave the room with the view', async () => {
    await online();
    show(() => String(hooks.useRoom(ROOM).ready));
    await shows('true');
    root.render(null);
    await vi.waitFor(() => expect(server.heard.at(-1)).toMatchObject({ type: 'unsubscribe' }));
  });

  test('keep an example of publishing working', async () => {
    await online();
    server.append(ROOM, { event: 'custom:loss', data: 0.5 });
    show(examples.Losses, { project: 'p' });
    await shows('Ada: 0.5Have a look');
    server.append(ROOM, { event: 'custom:loss', data: 0.25 });
    await shows('Ada: 0.5Ada: 0.25Have a look');
    place.querySelector('button')?.click();
    expect(server.heard.at(-1)).toMatchObject({ type: 'publish', event: 'custom:look', data: 2 });
  });

  test('keep an example of a state of one’s own working', async () => {
    await online();
    server.pin(ROOM, pinned('progress:here', 'c1/me', {}));
    show(examples.Here, { project: 'p' });
    await shows('Ada');
    const states = () => server.heard.filter(({ type }) => type === 'state');
    expect(states()).toMatchObject([{ event: 'progress:here', key: 'me', data: {} }]);
    root.render(null);
    await vi.waitFor(() => expect(states().at(-1)).toMatchObject({ data: null }));
  });
});

describe('the page’s connection', () => {
  test('is wanted where no server has made the page', async () => {
    const { connect } = await import('./page.js');
    expect(() => connect()).toThrow('Call connect(');
  });

  test('is one, wherever it is asked for', async () => {
    const { connect } = await import('./page.js');
    const connection = connect({ prefix: '/realtime/', fetch: () => new Promise(() => {}) });
    expect(connect({ prefix: '/realtime/' })).toBe(connection);
    connection.close();
    Reflect.deleteProperty(globalThis, Symbol.for('jupyter_realtime/1'));
  });
});

test.each(['losses', 'here', 'bell', 'who'])(
  'the documentation shows the example "%s" as it is run',
  name => {
    const documentation = readFileSync(`${HERE}/../../../docs/hooks.md`, 'utf8');
    expect(documentation).toContain(readFileSync(`${HERE}/${name}.example.tsx`, 'utf8'));
  },
);
