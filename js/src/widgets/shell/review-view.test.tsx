import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { CodeCell } from '../../core/code-source.js';
import type { Connection } from '../../core/connection.js';
import { ADA, logged, makeComment, makeThread } from '../../core/testing.js';
import type { OwnThread } from '../../core/threads.js';
import { KernelConnection } from '../kernel-connection.js';
import { ReviewView } from './review-view.js';

const PROGRAM = { ...ADA, kind: 'program' as const };
const DOCUMENT = { id: 'd', project: 'p', path: 'sub/a.ipynb' };

interface Request {
  type: string;
  id: number;
  method: string;
  path: string;
  body: Record<string, string> | null;
}

let root: Root;
let page: HTMLElement;
let say: (content: unknown) => void;
let connection: KernelConnection;
let cells: CodeCell[];
let threads: OwnThread[];
let asked: string[];

/** The kernel's side. */
function answer({ method, path, body }: Request): unknown {
  asked.push(`${method} ${path.replace(/\?.*/, '')}`);
  if (path === 'documents') {
    return DOCUMENT;
  }
  if (path === 'code') {
    return cells;
  }
  if (path === 'projects/p') {
    return { role: 'member' };
  }
  if (method === 'GET') {
    return { items: threads, next: null };
  }
  const comments = [makeComment('c', { author: PROGRAM, body: body?.body ?? '' })];
  const place = { start: 6, end: 11, quote: 'b = 2', original: 'b = 2' };
  return makeThread('made', { comments, anchor: { ...makeThread('x').anchor, ...place } });
}

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  localStorage.clear();
  cells = [{ id: 'c1', kind: 'code', text: 'a = 1\nb = 2' }];
  [threads, asked] = [[makeThread('t')], []];
  const send = (content: unknown) => {
    const request = content as Request;
    const { type, id } = request;
    queueMicrotask(() => {
      if (type === 'connect') {
        say({ type: 'connection', status: 'online', reason: null, user: PROGRAM });
      } else if (type === 'subscribe') {
        say({ type: 'ready' });
      } else {
        say({ type: 'answer', id, body: answer(request) });
      }
    });
  };
  const on = (_: string, callback: (content: unknown) => void) => {
    say = callback;
  };
  connection = new KernelConnection({ send, on, off: () => {} } as never);
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
});

afterEach(() => {
  act(() => root.unmount());
  page.remove();
  vi.unstubAllGlobals();
});

/** Wait until the page shows it. */
function seen(check: () => void): Promise<void> {
  return vi.waitFor(async () => {
    await act(async () => {});
    check();
  });
}

async function show(): Promise<void> {
  act(() =>
    root.render(
      <ReviewView
        connection={connection as unknown as Connection}
        path="sub/a.ipynb"
        read={() => connection.rest.get('code')}
        hands={null}
      />,
    ),
  );
  await seen(() => expect(page.querySelector('[data-jrt-thread="t"]')).not.toBeNull());
}

const button = (name: string) =>
  [...page.querySelectorAll('button')].find(
    it => it.getAttribute('aria-label') === name || it.textContent === name,
  );
const lines = () => [...page.querySelectorAll<HTMLElement>('.jrt-review-code > li')];

test('Z7: through the kernel it shows each thread below the line in which its code ends', async () => {
  await show();
  expect(lines()[0]?.querySelector('[data-jrt-thread="t"]')).not.toBeNull();
  expect(lines()[1]?.querySelector('[data-jrt-thread]')).toBeNull();
});

test('Z7: one that is begun there is its person’s program’s, and is there once', async () => {
  await show();
  act(() => button('Comment on line 2')?.click());
  const field = lines()[1]?.querySelector('textarea');
  await act(async () => {
    const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set;
    set?.call(field, 'Why two?');
    field?.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await act(async () => {
    field?.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true }),
    );
  });
  await seen(() => {
    expect(lines()[1]?.querySelectorAll('[data-jrt-thread="made"]')).toHaveLength(1);
    expect(page.querySelectorAll('[data-jrt-thread]')).toHaveLength(2);
  });
  expect(asked).toContain('POST threads');
});

test('Z7: what others do reaches it, and a save has the code read anew', async () => {
  await show();
  cells = [{ id: 'c1', kind: 'code', text: 'a = 1\nb = 2\nc = 3' }];
  const saved = { kind: 'saved', path: 'sub/a.ipynb', old_path: null };
  act(() =>
    say({ type: 'event', event: logged(1, { event: 'project:update', data: saved } as never) }),
  );
  await seen(() => expect(lines()).toHaveLength(3));
  const data = { thread: 't', reason: null };
  act(() => say({ type: 'event', event: logged(2, { event: 'thread:resolved', data } as never) }));
  const thread = () => page.querySelector('[data-jrt-thread="t"]');
  // What is resolved here stays, so that nothing goes from under the hand.
  await seen(() => expect(thread()?.getAttribute('data-jrt-state')).toBe('resolved'));
});
