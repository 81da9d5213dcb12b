import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { CommentEditor } from './CommentEditor.js';
import { mentionBefore, withMention } from './mentions.js';

let place: HTMLElement;
let root: Root;
const onSend = vi.fn(async (_body: string, _key: string) => {});
const person = { name: 'ana', display_name: 'Ana', initials: 'A', color: 'red', avatar_url: null };
const services = {
  mentionable: vi.fn(async () => [person, { ...person, name: 'anders', display_name: 'Anders' }]),
  preview: vi.fn(async (body: string) => `<p>made of ${body}</p>`),
};

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.useFakeTimers();
  vi.clearAllMocks();
  localStorage.clear();
  place = document.body.appendChild(document.createElement('div'));
  root = createRoot(place);
});

afterEach(() => {
  act(() => root.unmount());
  place.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function show(more: Partial<Parameters<typeof CommentEditor>[0]> = {}): Promise<void> {
  await act(async () =>
    root.render(
      <CommentEditor
        draft="reply:t"
        label="Your answer"
        placeholder=""
        send="Comment"
        services={services}
        code={null}
        stays
        onSend={onSend}
        {...more}
      />,
    ),
  );
}

const field = () => place.querySelector('textarea') as HTMLTextAreaElement;
const button = (label: string) =>
  [...place.querySelectorAll('button')].find(
    one => one.textContent === label || one.getAttribute('aria-label') === label,
  ) as HTMLButtonElement;

async function type(text: string): Promise<void> {
  await act(async () => {
    const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set;
    set?.call(field(), text);
    field().setSelectionRange(text.length, text.length);
    field().dispatchEvent(new Event('input', { bubbles: true }));
  });
  await act(async () => {
    await vi.advanceTimersByTimeAsync(100);
  });
}

async function press(key: string, more: KeyboardEventInit = {}): Promise<void> {
  await act(async () => {
    field().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...more }));
  });
  await act(async () => {
    await vi.advanceTimersByTimeAsync(20);
  });
}

describe('what is written', () => {
  test('is sent by Ctrl+Enter, and leaves the field', async () => {
    await show();
    await type('Hello');
    await press('Enter', { ctrlKey: true });
    expect(onSend).toHaveBeenCalledWith('Hello', expect.stringMatching(/^[0-9a-f]{32}$/));
    expect(field().value).toBe('');
  });

  test('comes back if it is refused, before what was written since, and goes by the same key', async () => {
    let refuse: (error: unknown) => void = () => {};
    onSend.mockImplementationOnce(
      () =>
        new Promise((_, no) => {
          refuse = no;
        }),
    );
    await show();
    await type('Hello');
    await press('Enter', { ctrlKey: true });
    const key = onSend.mock.calls[0]?.[1];
    expect(field().value).toBe('');
    await act(async () => refuse(new Error('Not now.')));
    expect(field().value).toBe('Hello');
    expect(place.querySelector('[role=alert]')?.textContent).toBe('Not now.');
    await act(async () => button('Retry').click());
    expect(onSend.mock.calls[1]).toEqual(['Hello', key]);
  });

  test('outlives the field, until it is sent', async () => {
    await show();
    await type('Half a');
    act(() => root.unmount());
    root = createRoot(place);
    await show();
    expect(field().value).toBe('Half a');
    await press('Enter', { metaKey: true });
    act(() => root.unmount());
    root = createRoot(place);
    await show();
    expect(field().value).toBe('');
  });

  test('is not sent while it is empty or too long', async () => {
    await show();
    await type('   ');
    await press('Enter', { ctrlKey: true });
    await type('x'.repeat(10_001));
    expect(place.textContent).toContain('1 character too many');
    await press('Enter', { ctrlKey: true });
    expect(onSend).not.toHaveBeenCalled();
  });

  test('is previewed as the server makes it', async () => {
    await show();
    await type('*x*');
    await act(async () => button('Preview').click());
    expect(place.querySelector('.jrt-markdown')?.textContent).toBe('made of *x*');
  });

  test('can begin with the code, to be written otherwise', async () => {
    await show({ code: 'x = "```"' });
    await act(async () => {
      button('Suggest other code').click();
      await vi.advanceTimersByTimeAsync(20);
    });
    expect(field().value).toBe('````suggestion\nx = "```"\n````\n');
  });
});

describe('a mention', () => {
  test('is chosen by keys', async () => {
    await show();
    await type('Ask @an');
    expect(services.mentionable).toHaveBeenLastCalledWith('an', expect.anything());
    expect(place.querySelectorAll('[role=option]')).toHaveLength(2);
    await press('ArrowDown');
    expect(place.querySelector('[aria-selected=true]')?.textContent).toContain('Anders');
    await press('Enter');
    expect(field().value).toBe('Ask @anders ');
    expect(place.querySelectorAll('[role=option]')).toHaveLength(0);
  });

  test('is no part of a word, and ends with it', () => {
    expect(mentionBefore('mail@an', 7)).toBeNull();
    expect(mentionBefore('(@an', 4)).toEqual({ from: 1, query: 'an' });
    expect(mentionBefore('@an now', 7)).toBeNull();
    expect(withMention('@an now', 3, { from: 0, query: 'an' }, 'ana')).toEqual({
      text: '@ana now',
      caret: 5,
    });
    const wide = withMention('@a', 2, { from: 0, query: 'a' }, 'Ana Maria');
    expect(wide.text).toBe('@[Ana Maria] ');
  });
});
