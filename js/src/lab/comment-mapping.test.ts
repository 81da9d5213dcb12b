import { EditorState } from '@codemirror/state';
import { describe, expect, test } from 'vitest';

import { type Mapped, mapped } from './comment-mapping.js';

const CODE = 'frame = load("a.csv")\nframe = frame.dropna()\nprint(frame.head())';
const QUOTE = 'frame = frame.dropna()';

/** An editor with one mark, which moves with every change. */
class Editor {
  state = EditorState.create({ doc: CODE });
  mark: Mapped = { from: CODE.indexOf(QUOTE), to: CODE.indexOf(QUOTE) + QUOTE.length };

  change(from: number, to: number, insert: string): this {
    const change = this.state.update({ changes: { from, to, insert } });
    this.mark = mapped(this.mark, change);
    this.state = change.state;
    return this;
  }

  replaceAll(text: string): this {
    return this.change(0, this.state.doc.length, text);
  }

  get marked(): string {
    return this.state.sliceDoc(this.mark.from, this.mark.to);
  }
}

describe('the mark of a thread', () => {
  test('moves with what is typed before it, and grows with what is typed in it', () => {
    const editor = new Editor().change(0, 0, '# first\n');
    expect(editor.marked).toBe(QUOTE);
    expect(editor.change(editor.mark.to - 1, editor.mark.to - 1, 'how="all"').marked).toBe(
      'frame = frame.dropna(how="all")',
    );
  });

  test('does not grow at its edges', () => {
    const editor = new Editor();
    expect(editor.change(editor.mark.from, editor.mark.from, 'x').marked).toBe(QUOTE);
    expect(editor.change(editor.mark.to, editor.mark.to, 'x').marked).toBe(QUOTE);
  });

  test('finds its code when a formatter has written the cell anew', () => {
    const formatted = CODE.replaceAll('"', "'").replace('load(', 'load(\n    ');
    expect(new Editor().replaceAll(formatted).marked).toBe(QUOTE);
    const edited = CODE.replace('dropna()', 'dropna(how="any")');
    expect(new Editor().replaceAll(edited).marked).toBe('frame = frame.dropna(how="any")');
  });

  test('stands nowhere when its code is gone, and there again when it comes back', () => {
    const editor = new Editor();
    const { from, to } = editor.mark;
    expect(editor.change(from, to + 1, '').marked).toBe('');
    expect(editor.change(0, 0, '# one more line\n').marked).toBe('');
    expect(editor.change(from + 16, from + 16, `${QUOTE}\n`).marked).toBe(QUOTE);
    expect(editor.mark.lost).toBeUndefined();
  });

  test('is not put at other code', () => {
    expect(new Editor().replaceAll('import numpy as np').marked).toBe('');
  });

  test('of a text that is very long waits for the server', () => {
    const editor = new Editor().change(0, 0, '#\n'.repeat(60_000));
    expect(editor.replaceAll(CODE).marked).toBe('');
  });
});
