import { describe, expect, test } from 'vitest';

import { type CellText, lineageOf } from './lineage.js';

const cell = (id: string, text: string): CellText => ({ id, text });
const A = cell('a', 'import os\n');
const B = cell('b', 'x = 1\ny = 2\nz = 3');
const C = cell('c', 'print(x)');

describe('a split', () => {
  test('whose last piece keeps the id', () => {
    const after = [A, cell('n', 'x = 1'), cell('b', 'y = 2\nz = 3'), C];
    expect(lineageOf([A, B, C], after)).toEqual([
      { kind: 'split', parents: ['b'], children: ['n', 'b'] },
    ]);
  });

  test('whose first piece keeps the id', () => {
    const after = [A, cell('b', 'x = 1\ny = 2'), cell('n', 'z = 3'), C];
    expect(lineageOf([A, B, C], after)).toEqual([
      { kind: 'split', parents: ['b'], children: ['b', 'n'] },
    ]);
  });

  test('into three, at two selections', () => {
    const after = [A, cell('n', 'x = 1'), cell('m', 'y = 2'), cell('b', 'z = 3'), C];
    expect(lineageOf([A, B, C], after)).toEqual([
      { kind: 'split', parents: ['b'], children: ['n', 'm', 'b'] },
    ]);
  });
});

describe('a merge', () => {
  test('into a new cell', () => {
    const after = [cell('n', `${A.text}\n\n${B.text}`), C];
    expect(lineageOf([A, B, C], after)).toEqual([
      { kind: 'merge', parents: ['a', 'b'], children: ['n'] },
    ]);
  });

  test('into one of them', () => {
    const after = [A, cell('b', `${B.text}\n\n${C.text}`)];
    expect(lineageOf([A, B, C], after)).toEqual([
      { kind: 'merge', parents: ['b', 'c'], children: ['b'] },
    ]);
  });
});

describe('what stays whole', () => {
  test('a duplicate comes from what stays', () => {
    const after = [A, B, cell('n', B.text), C];
    expect(lineageOf([A, B, C], after)).toEqual([
      { kind: 'duplicate', parents: ['b'], children: ['n'] },
    ]);
  });

  test('a cell that has another id at once has moved: before 4.5 a change of type did that', () => {
    expect(lineageOf([A, B, C], [A, cell('n', B.text), C])).toEqual([
      { kind: 'move', parents: ['b'], children: ['n'] },
    ]);
  });

  test('what was cut earlier is pasted', () => {
    const gone = new Map([['x=1y=2z=3', 'b']]);
    expect(lineageOf([A, C], [A, C, cell('n', B.text)], gone)).toEqual([
      { kind: 'paste', parents: ['b'], children: ['n'] },
    ]);
  });

  test('a move that keeps its id, and a new cell, say nothing', () => {
    expect(lineageOf([A, B, C], [B, A, C])).toEqual([]);
    expect(lineageOf([A, B, C], [A, B, cell('n', ''), C])).toEqual([]);
    expect(lineageOf([A, B, C], [A, B, cell('n', 'new = True'), C])).toEqual([]);
    expect(lineageOf([A, B, C], [A, C])).toEqual([]);
  });
});
