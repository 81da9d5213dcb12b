import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

vi.mock('@jupyterlab/apputils', () => ({ Notification: {} }));
vi.mock('@jupyterlab/ui-components', () => ({ ReactWidget: {} }));

import type { Analysis } from '../core/protocol.js';
import { makeIssue, makeRun } from '../ui/testing.js';
import { english } from '../ui/translator.js';
import { OnSave } from './on-save.js';
import { analysedText, type Piece, pieceOf } from './pieces.js';
import { statusText } from './status.js';
import { nextPlace } from './stepping.js';

const piece = (id: string, text: string) =>
  ({ id, model: { sharedModel: { getSource: () => text } } }) as unknown as Piece;
const found = (id: string | null, index: number) => makeIssue({ cell: { id, index } });

describe('the cell of an issue', () => {
  const pieces = [piece('a', 'x = 1'), piece('b', 'y = 2')];

  it('is found by its id, wherever it was moved', () => {
    expect(pieceOf(pieces, found('b', 0), 'y = 2')?.id).toBe('b');
  });

  it('is found by number or text where the id is gone, and never where the text is another', () => {
    expect(pieceOf(pieces, found('gone', 1), 'y = 2')?.id).toBe('b');
    expect(pieceOf(pieces, found(null, 0), 'y = 2')?.id).toBe('b');
    expect(pieceOf(pieces, found('a', 0), 'z = 3')).toBeNull();
  });

  it('was read with the notebook', () => {
    const analysed = [
      { id: 'a', text: 'x' },
      { id: null, text: 'y' },
    ];
    expect(analysedText(analysed, found('a', 1))).toBe('x');
    expect(analysedText(analysed, found(null, 1))).toBe('y');
  });
});

describe('analysing on save', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('takes the file once, when it has been quiet', () => {
    const analyse = vi.fn();
    const onSave = new OnSave(analyse);
    onSave.saved('a.py');
    vi.advanceTimersByTime(5000);
    expect(analyse).not.toHaveBeenCalled();
    onSave.enabled = true;
    for (const path of ['a.py', 'a.py', 'b.ipynb', 'data.csv']) {
      onSave.saved(path);
      vi.advanceTimersByTime(100);
    }
    vi.advanceTimersByTime(5000);
    expect(analyse.mock.calls).toEqual([['a.py'], ['b.ipynb']]);
  });
});

describe('stepping from issue to issue', () => {
  const at = (piece: number, from: number) => ({ at: piece, range: { from, to: from + 3 } });
  const [first, second, third] = [at(0, 0), at(0, 20), at(2, 5)];
  const places = [first, second, third];
  const cursor = (piece: number, from: number, isEmpty = true) => ({ at: piece, from, isEmpty });

  it.each([
    [cursor(0, 0), first, third],
    [cursor(0, 0, false), second, third],
    [cursor(0, 10), second, first],
    [cursor(1, 0), third, second],
    [cursor(2, 5, false), first, second],
    [cursor(9, 0), first, third],
  ])('from %j', (where, next, previous) => {
    expect(nextPlace(places, where, 1)).toBe(next);
    expect(nextPlace(places, where, -1)).toBe(previous);
  });

  it('leads nowhere where there is none', () => {
    expect(nextPlace([], cursor(0, 0), 1)).toBeUndefined();
  });
});

describe('the status bar', () => {
  const last = (run: Partial<Analysis>) => {
    const analysis = makeRun({ paths: ['a.py'], ...run });
    const view = { analysis, issues: [], complete: true, stale: false, error: null };
    return statusText({ runs: { r1: view }, order: ['r1'] }, english);
  };

  it('says what the last analysis found, and of what', () => {
    expect(last({ state: 'succeeded' })).toEqual({ words: '0 issues', of: 'a.py', share: null });
  });

  it('does not call it clean where it did not get through', () => {
    expect(last({ state: 'failed' }).words).toBe('Analysis failed');
    expect(last({ state: 'cancelled' }).words).toBe('Analysis cancelled');
  });

  it('says how far it is', () => {
    expect(last({ progress: 0.25 })).toMatchObject({ words: 'Analysing: 25 %', share: 0.25 });
  });
});
