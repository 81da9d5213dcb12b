import { describe, expect, it } from 'vitest';

import { position } from './opener.js';
import { nearest } from './targets.js';

describe('the place of an issue in an editor', () => {
  const lines = ['import json', 's = "😀😀" + x'];

  it('counts from 0, in UTF-16, where issues count characters from 1', () => {
    expect(position(lines, 1, 8)).toEqual({ line: 0, column: 7 });
    expect(position(lines, 2, 8)).toEqual({ line: 1, column: 9 });
  });

  it('stays within a text that was changed meanwhile', () => {
    expect(position(lines, 9, 99)).toEqual({ line: 1, column: 14 });
    expect(position(lines, 0, 0)).toEqual({ line: 0, column: 0 });
    expect(position([''], 3, 3)).toEqual({ line: 0, column: 0 });
  });
});

describe('the project of a folder', () => {
  const projects = ['', 'a', 'a/b'].map(root => ({ id: `p ${root}`, name: root, root }));

  it.each([
    ['', 'p '],
    ['other', 'p '],
    ['a', 'p a'],
    ['a/c/d', 'p a'],
    ['a/b/c', 'p a/b'],
    ['ab', 'p '],
  ])('%j is the nearest above', (folder, id) => {
    expect(nearest(projects, folder)?.id).toBe(id);
  });

  it('may be unknown', () => {
    expect(nearest([], 'a')).toBeUndefined();
  });
});
