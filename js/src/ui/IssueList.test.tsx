import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { IssueList, type IssueListProps } from './IssueList.js';
import type { IssueActions } from './issue-actions.js';
import { makeIssue, NO_ISSUES } from './testing.js';

const issues = [
  makeIssue({ id: 'one', line: 1 }),
  makeIssue({ id: 'two', line: 2, severity: 'low', message: 'unused' }),
  makeIssue({ id: 'three', path: 'b.py', severity: 'low' }),
];

let place: HTMLElement;
let root: Root;

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  // jsdom lays nothing out: a window high enough for all rows.
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(300);
  Element.prototype.scrollIntoView = () => {};
  place = document.body.appendChild(document.createElement('div'));
  root = createRoot(place);
});

afterEach(() => {
  act(() => root.unmount());
  place.remove();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function show(over: Partial<IssueListProps> = {}): void {
  const props: IssueListProps = {
    issues,
    counts: { ...NO_ISSUES, high: 1, low: 2 },
    state: 'running',
    loading: false,
    error: null,
    onRetry: null,
    onOpen: null,
    ...over,
  };
  act(() => root.render(<IssueList {...props} />));
}

const shown = () =>
  [...place.querySelectorAll<HTMLElement>('[data-jrt-issue]')].map(it => it.dataset.jrtIssue);
const issue = (id: string) => place.querySelector<HTMLElement>(`[data-jrt-issue="${id}"]`);
const button = (label: string) =>
  [...place.querySelectorAll('button')].find(
    it => it.getAttribute('aria-label') === label || it.textContent?.includes(label),
  );

function press(key: string): void {
  const target = document.activeElement;
  act(() => {
    target?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  });
}

describe('faces', () => {
  it.each([
    ['issues are awaited', { state: 'running', issues: [] }, 'Issues appear here'],
    ['issues are loaded', { state: 'succeeded', issues: [], loading: true }, 'Loading issues'],
    ['nothing was found', { state: 'succeeded', issues: [] }, 'No issues found'],
    ['the run was cut short', { state: 'cancelled', issues: [] }, 'No issues found before'],
    ['loading failed', { issues: [], error: 'The server is down.' }, 'The server is down.'],
  ] as [string, Partial<IssueListProps>, string][])('when %s', (_, props, words) => {
    show(props);
    expect(place.textContent).toContain(words);
  });

  it('says that nothing matches, and clears the filter', () => {
    show();
    act(() => button('High: 1')?.click());
    act(() => button('Low: 2')?.click());
    expect(place.textContent).toContain('Nothing matches this filter');
    act(() => button('Clear filter')?.click());
    expect(shown()).toEqual(['one', 'two', 'three']);
  });

  it('offers to retry', () => {
    const onRetry = vi.fn();
    show({ issues: [], error: 'No answer.', onRetry });
    act(() => button('Retry')?.click());
    expect(onRetry).toHaveBeenCalledOnce();
  });
});

describe('filters', () => {
  it('hide a severity', () => {
    show();
    act(() => button('Low: 2')?.click());
    expect(shown()).toEqual(['one']);
    expect(button('Low: 2')?.getAttribute('aria-pressed')).toBe('false');
  });

  it('fold a file', () => {
    show();
    act(() => button('a.py')?.click());
    expect(shown()).toEqual(['three']);
  });
});

describe('a dismissal', () => {
  let dismiss: ReturnType<typeof vi.fn<IssueActions['dismiss']>>;
  let refuse: (why: Error) => void;
  let dismissed: Set<string>;

  beforeEach(async () => {
    sessionStorage.clear();
    dismissed = new Set();
    // As the page's own store does it: at once, and taken back.
    dismiss = vi.fn(async it => {
      dismissed.add(it.id);
      render();
      const failed = await new Promise<Error | null>(resolve => {
        refuse = resolve;
      });
      if (failed) {
        dismissed.delete(it.id);
        render();
        throw failed;
      }
    });
    render();
    await act(async () => issue('two')?.click());
    await act(async () => button('Dismiss…')?.click());
  });

  function render(): void {
    const actions: IssueActions = {
      statusOf: it => (dismissed.has(it.id) ? 'dismissed' : it.status),
      canDecide: true,
      reasonOf: it => (dismissed.has(it.id) ? 'It is fine.' : null),
      dismiss,
      restore: async it => {
        dismissed.delete(it.id);
        render();
      },
      preview: null,
      comment: null,
      apply: () => Promise.reject(new Error('not here')),
      about: async ({ rule }) => `What ${rule} is about.`,
    };
    show({ actions, onOpen: () => {}, state: 'succeeded' });
  }

  const field = () => place.querySelector<HTMLInputElement>('.jrt-dismiss input');

  async function send(reason: string): Promise<void> {
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
    await act(async () => {
      set?.call(field(), reason);
      field()?.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await act(async () => field()?.form?.requestSubmit());
  }

  it('is decided knowing what its rule means', async () => {
    await act(async () => {});
    expect(issue('two')?.textContent).toContain('What F821 is about.');
  });

  it('shows at once, in its place, with a way back that has the focus', async () => {
    await send('It is fine.');
    expect(dismiss).toHaveBeenCalledExactlyOnceWith(issues[1], 'It is fine.');
    expect(shown()).toEqual(['one', 'two', 'three']);
    expect(issue('two')?.dataset.jrtStatus).toBe('dismissed');
    expect(button('Low: 1')).toBeDefined();
    expect(document.activeElement?.textContent).toBe('Undo dismissal');
    await act(async () => button('Undo dismissal')?.click());
    expect(issue('two')?.dataset.jrtStatus).toBe('new');
    expect(document.activeElement?.textContent).toBe('Dismiss…');
  });

  it('goes when it is closed, and the focus is its neighbour’s', async () => {
    await send('It is fine.');
    await act(async () => refuse(null as never));
    press('Escape');
    expect(shown()).toEqual(['one', 'three']);
    expect(document.activeElement).toBe(issue('three'));
  });

  it('that fails comes back with its text, the reason and Retry', async () => {
    await send('It is fine.');
    await act(async () => refuse(new Error('The disk is full.')));
    expect(issue('two')?.dataset.jrtStatus).toBe('new');
    expect(field()?.value).toBe('It is fine.');
    expect(place.querySelector('[role=alert]')?.textContent).toBe('The disk is full.');
    await act(async () => button('Retry')?.click());
    expect(dismiss).toHaveBeenCalledTimes(2);
  });

  it('that fails is opened again if it was closed meanwhile', async () => {
    await send('It is fine.');
    press('Escape');
    expect(shown()).toEqual(['one', 'three']);
    await act(async () => refuse(new Error('The disk is full.')));
    expect(shown()).toEqual(['one', 'two', 'three']);
    expect(field()?.value).toBe('It is fine.');
  });

  it('keeps what was written over a reload, until it was sent', async () => {
    await send('');
    expect(place.querySelector('[role=alert]')?.textContent).toContain('Say why');
    await send('It is');
    act(() => root.unmount());
    root = createRoot(place);
    dismissed.clear();
    render();
    await act(async () => issue('two')?.click());
    await act(async () => button('Dismiss…')?.click());
    expect(field()?.value).toBe('It is');
    await send('It is fine.');
    await act(async () => refuse(null as never));
    expect(sessionStorage).toHaveLength(0);
  });
});

describe('the keyboard', () => {
  it('moves one tab stop with the arrows, over headings', () => {
    show();
    expect(issue('one')?.tabIndex).toBe(0);
    act(() => issue('two')?.focus());
    press('ArrowDown');
    expect(document.activeElement).toBe(issue('three'));
    expect(issue('three')?.tabIndex).toBe(0);
    expect(issue('one')?.tabIndex).toBe(-1);
    press('Home');
    expect(document.activeElement).toBe(issue('one'));
    press('ArrowUp');
    expect(document.activeElement).toBe(issue('one'));
    press('End');
    expect(document.activeElement).toBe(issue('three'));
  });

  it('opens with Enter', () => {
    const onOpen = vi.fn();
    show({ onOpen });
    act(() => issue('two')?.focus());
    press('Enter');
    expect(onOpen).toHaveBeenCalledExactlyOnceWith(issues[1]);
  });

  it('keeps the focus while others arrive above', () => {
    show();
    act(() => issue('three')?.focus());
    show({ issues: [...issues, makeIssue({ id: 'four', line: 1 })] });
    expect(document.activeElement).toBe(issue('three'));
    expect(shown()).toContain('four');
  });
});

it('gives screen readers the position, the place and the severity', () => {
  show();
  const first = issue('one');
  expect(first?.getAttribute('aria-posinset')).toBe('1');
  expect(first?.getAttribute('aria-setsize')).toBe('3');
  expect(first?.getAttribute('aria-label')).toBe('High: Undefined name x. a.py, line 1');
});

it('is a feed of articles, headings too, each with a name', () => {
  show();
  const feed = place.querySelector('[role=feed]');
  const articles = [...(feed?.querySelectorAll('article') ?? [])];
  expect(articles.map(it => it.getAttribute('aria-label'))).toEqual([
    'a.py, 2 issues',
    'High: Undefined name x. a.py, line 1',
    'Low: unused. a.py, line 2',
    'b.py, 1 issue',
    'Low: Undefined name x. b.py, line 1',
  ]);
  const rows = [...(feed?.querySelectorAll('.jrt-row') ?? [])];
  expect(rows.every(row => row.firstElementChild?.tagName !== 'BUTTON')).toBe(true);
});

it('shows messages as text, whatever is in them', () => {
  show({ issues: [makeIssue({ message: '<img src=x onerror=alert(1)> `a<b>`' })] });
  expect(place.querySelector('img')).toBeNull();
  expect(place.querySelector('code')?.textContent).toBe('a<b>');
});
