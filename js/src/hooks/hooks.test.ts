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
}

/** The same tests with both: the widgets are built with Preact, JupyterLab brings React. */
describe.each(['react', 'preact'])('the hooks, with %s,', name => {
  let hooks: Hooks;
  let library: Library;
  let examples: Examples;
  let server: FakeServer;
  let socket: FakeSocket;
  let connection: Connection;
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
    examples = { Losses, Here };
    return () => vi.doUnmock('react');
  });

  beforeEach(async () => {
    connection = new Connection({
      prefix: 'https://hub.example/realtime/',
      fetch: (async () => Response.json(HEALTH)) as unknown as typeof fetch,
      socket: (url, protocol) => {
        socket = new FakeSocket(url, protocol);
        return socket as unknown as WebSocket;
      },
      random: () => 0,
    });
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

test.each(['losses', 'here'])('the documentation shows the example "%s" as it is run', name => {
  const documentation = readFileSync(`${HERE}/../../../docs/hooks.md`, 'utf8');
  expect(documentation).toContain(readFileSync(`${HERE}/${name}.example.tsx`, 'utf8'));
});
