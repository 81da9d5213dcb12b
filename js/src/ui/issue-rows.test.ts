import { describe, expect, it } from 'vitest';

import { issueRows, NO_FILTER, type Row, type StatusChoice, safeUrl } from './issue-rows.js';
import { makeIssue } from './testing.js';

const NONE: ReadonlySet<string> = new Set();

const show = (row: Row): string =>
  row.kind === 'issue'
    ? row.issue.id
    : row.kind === 'cell'
      ? `cell ${row.index} (${row.count})`
      : `${row.kind === 'file' ? row.path : row.name} (${row.count})`;

const issues = [
  makeIssue({ id: 'late', path: 'b.ipynb', cell: { index: 7, id: null }, line: 1 }),
  makeIssue({ id: 'py', path: 'a.py', severity: 'low', message: 'unused import' }),
  makeIssue({ id: 'line 9', path: 'b.ipynb', cell: { index: 2, id: 'x' }, line: 9 }),
  makeIssue({ id: 'line 3', path: 'b.ipynb', cell: { index: 2, id: 'x' }, line: 3 }),
  makeIssue({ id: 'whole file', path: 'b.ipynb', severity: 'info' }),
];

describe('rows', () => {
  it('are grouped by file as found, and inside by cell and line', () => {
    expect(issueRows(issues, NO_FILTER, NONE).map(show)).toEqual([
      'b.ipynb (4)',
      'whole file',
      'cell 2 (2)',
      'line 3',
      'line 9',
      'cell 7 (1)',
      'late',
      'a.py (1)',
      'py',
    ]);
  });

  it('count the issues, not the headings', () => {
    const rows = issueRows(issues, NO_FILTER, NONE);
    const positions = rows.flatMap(row => (row.kind === 'issue' ? [row.position] : []));
    expect(positions).toEqual([1, 2, 3, 4, 5]);
  });

  it('hide what is in a closed file, and say so in its heading', () => {
    const rows = issueRows(issues, NO_FILTER, new Set(['b.ipynb']));
    expect(rows.map(show)).toEqual(['b.ipynb (4)', 'a.py (1)', 'py']);
  });

  it('leave out hidden severities, with the headings that stand empty', () => {
    const filter = { ...NO_FILTER, hidden: new Set(['high', 'info'] as const) };
    expect(issueRows(issues, filter, NONE).map(show)).toEqual(['a.py (1)', 'py']);
  });

  it('are searched by every word, in message, rule, detector and path', () => {
    const found = (text: string) => issueRows(issues, { ...NO_FILTER, text }, NONE).map(show);
    expect(found('UNUSED a.py')).toEqual(['a.py (1)', 'py']);
    expect(found('unused b.ipynb')).toEqual([]);
  });

  it('may be grouped by severity, the worst first, or by rule', () => {
    expect(issueRows(issues, NO_FILTER, NONE, 'severity').map(show)).toEqual([
      'high (3)',
      'line 3',
      'line 9',
      'late',
      'low (1)',
      'py',
      'info (1)',
      'whole file',
    ]);
    expect(issueRows(issues, NO_FILTER, new Set(['F821']), 'rule').map(show)).toEqual(['F821 (5)']);
  });

  it('leave out what is dismissed or fixed, until it is asked for', () => {
    const all = (['new', 'ongoing', 'regressed', 'dismissed', 'fixed'] as const).map(status =>
      makeIssue({ id: status, status, since_baseline: status === 'ongoing' ? 'known' : 'new' }),
    );
    const found = (status: StatusChoice) =>
      issueRows(all, { ...NO_FILTER, status }, NONE)
        .map(show)
        .slice(1);
    expect(found('open')).toEqual(['new', 'ongoing', 'regressed']);
    expect(found('new')).toEqual(['new', 'regressed']);
    expect(found('since')).toEqual(['new', 'regressed']);
    expect(found('dismissed')).toEqual(['dismissed']);
    expect(found('fixed')).toEqual(['fixed']);
    expect(found('all')).toHaveLength(5);
  });

  it('follow what people have decided since', () => {
    const rows = issueRows(issues, NO_FILTER, NONE, 'file', issue =>
      issue.path === 'b.ipynb' ? 'dismissed' : issue.status,
    );
    expect(rows.map(show)).toEqual(['a.py (1)', 'py']);
  });

  it('are those of one detector', () => {
    const filter = { ...NO_FILTER, detector: 'types' };
    const mixed = [...issues, makeIssue({ id: 'typed', detector: 'types' })];
    expect(issueRows(mixed, filter, NONE).map(show)).toEqual(['a.py (1)', 'typed']);
  });

  it('do not reorder the list that they are made from', () => {
    const before = issues.map(issue => issue.id);
    issueRows(issues, NO_FILTER, NONE);
    expect(issues.map(issue => issue.id)).toEqual(before);
  });
});

describe('links', () => {
  it.each([
    ['https://docs.astral.sh/ruff/rules/F821', true],
    ['http://example.org', true],
    ['javascript:alert(1)', false],
    ['data:text/html,x', false],
    ['//example.org', false],
    [null, false],
  ])('%s', (url, allowed) => {
    expect(safeUrl(url)).toBe(allowed ? url : null);
  });
});
