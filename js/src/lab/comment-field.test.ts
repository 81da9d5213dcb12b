import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { type CommentMark, commentField, markIn, putMarks, showMark } from './comment-field.js';

const TEXT = 'import os\nx = load(path)\ny = x + 1\n';
const onOpen = vi.fn();

let view: EditorView;

const mark = (text: string, more: Partial<CommentMark> = {}): CommentMark => {
  const from = TEXT.indexOf(text);
  return { thread: text, from, to: from + text.length, placed: 'a', resolved: false, ...more };
};

beforeEach(() => {
  const extensions = commentField(onOpen, count => `${count} threads`);
  view = new EditorView({ state: EditorState.create({ doc: TEXT, extensions }) });
  document.body.append(view.dom);
});

afterEach(() => {
  view.destroy();
});

function change(old: string, text: string): void {
  const from = view.state.doc.toString().indexOf(old);
  view.dispatch({ changes: { from, to: from + old.length, insert: text } });
}

function codeOf(thread: string): string | undefined {
  const range = markIn(view, thread);
  return range && view.state.sliceDoc(range.from, range.to);
}

describe('a mark', () => {
  test('moves with its code while somebody types, and grows by what is typed within', () => {
    putMarks(view, [mark('load(path)')], null);
    change('import os', 'import os\nimport sys');
    expect(codeOf('load(path)')).toBe('load(path)');
    change('path', 'other_path');
    expect(codeOf('load(path)')).toBe('load(other_path)');
    change('x = ', 'xyz = ');
    expect(codeOf('load(path)')).toBe('load(other_path)');
  });

  test('stays where it has moved to as long as the server says the same of it', () => {
    putMarks(view, [mark('load(path)')], null);
    change('import os\n', '');
    putMarks(view, [mark('load(path)'), mark('y = x + 1')], null);
    expect(codeOf('load(path)')).toBe('load(path)');
    const from = view.state.doc.toString().indexOf('y');
    putMarks(view, [{ ...mark('load(path)'), from, to: from + 1, placed: 'b' }], null);
    expect(codeOf('load(path)')).toBe('y');
  });

  test('is found again when its code goes and comes back, as by an undo', () => {
    putMarks(view, [mark('load(path)')], null);
    change('x = load(path)\n', '');
    expect(codeOf('load(path)')).toBe('');
    change('y = x', 'x = load(path)\ny = x');
    expect(codeOf('load(path)')).toBe('load(path)');
  });

  test('is found again when the whole text is exchanged', () => {
    putMarks(view, [mark('y = x + 1')], null);
    view.dispatch({
      changes: { from: 0, to: TEXT.length, insert: `# formatted\n${TEXT}` },
    });
    expect(codeOf('y = x + 1')).toBe('y = x + 1');
  });

  test('counts the open threads of its line, and leads to them', () => {
    putMarks(
      view,
      [
        mark('load(path)'),
        mark('load', { thread: 'second' }),
        mark('path', { thread: 'third', resolved: true }),
      ],
      null,
    );
    const button = view.dom.querySelector<HTMLElement>('.jrt-comment-mark');
    expect(button?.textContent).toBe('2');
    expect(button?.getAttribute('aria-label')).toBe('2 threads');
    button?.click();
    expect(onOpen).toHaveBeenCalledWith(['load(path)', 'second']);
  });

  test('is highlighted while its thread is shown', () => {
    putMarks(view, [mark('load(path)')], null);
    showMark(view, 'load(path)');
    const code = view.dom.querySelector<HTMLElement>('[data-jrt-code]');
    expect(code?.dataset.jrtShown).toBe('true');
    showMark(view, null);
    expect(view.dom.querySelector<HTMLElement>('[data-jrt-code]')?.dataset.jrtShown).toBe('false');
  });
});
