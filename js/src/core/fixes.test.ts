import { describe, expect, it } from 'vitest';

import { applied, diffLines, editsNow, offsetAt, rangeNow, shiftOf } from './fixes.js';
import type { Fix } from './protocol.js';

const ANALYSED = 'import json\nimport os\n\nprint(os.getcwd())';
const removeJson: Fix = {
  title: 'Remove unused import',
  safe: true,
  edits: [{ line: 1, column: 1, end_line: 2, end_column: 1, text: '' }],
};
const json = { line: 1, column: 8, end_line: 1, end_column: 12 };

const mended = (now: string, fix = removeJson): string | null => {
  const edits = editsNow(ANALYSED, now, fix);
  return edits && applied(now, edits);
};

describe('a place', () => {
  it('counts code points, an editor UTF-16', () => {
    expect(offsetAt(['😀x', 'y'], 1, 2)).toBe(2);
    expect(offsetAt(['😀x', 'y'], 2, 1)).toBe(4);
    expect(offsetAt(['y'], 3, 1)).toBeNull();
  });

  it('moves with what was written above it', () => {
    expect(rangeNow(ANALYSED, `# new\n${ANALYSED}`, json)).toEqual({ from: 13, to: 17 });
  });

  it('is gone with its line, and nowhere where it could be twice', () => {
    expect(rangeNow(ANALYSED, 'import os\n\nprint(os.getcwd())', json)).toBeNull();
    expect(rangeNow(ANALYSED, `${ANALYSED}\nimport json\nimport os`, json)).toBeNull();
    expect(shiftOf('a\nb', 'a\nb', 1, 1)).toBe(0);
  });
});

describe('a fix', () => {
  it('is applied where its lines are now', () => {
    expect(mended(ANALYSED)).toBe('import os\n\nprint(os.getcwd())');
    expect(mended(`# new\n\n${ANALYSED}`)).toBe('# new\n\nimport os\n\nprint(os.getcwd())');
  });

  it('is not applied to lines that were changed', () => {
    expect(mended(ANALYSED.replace('json', 'json as j'))).toBeNull();
    expect(mended('')).toBeNull();
  });

  it('may have several edits, and reach the end of the text', () => {
    const fix: Fix = {
      title: '',
      safe: true,
      edits: [
        { line: 1, column: 1, end_line: 2, end_column: 1, text: '' },
        { line: 4, column: 1, end_line: 5, end_column: 1, text: 'pass' },
      ],
    };
    expect(mended(ANALYSED, fix)).toBe('import os\n\npass');
  });

  it('is shown as the lines that it changes, with one around them', () => {
    const lines = diffLines('a\nb\nc\nd', 'a\nB\nc\nd').map(({ kind, text }) => `${kind} ${text}`);
    expect(lines).toEqual(['same a', 'removed b', 'added B', 'same c']);
  });
});
