/**
 * The issue list as rows: the heading of a file, the headings of its cells, their issues.
 *
 * Order: files in the order in which their first issue was found, so that a file that the person reads
 * stays where it is while others arrive; inside a file by cell, line and column.
 */

import type { Issue } from '../core/protocol.js';

export type Severity = Issue['severity'];

export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

export interface IssueFilter {
  /** Those that are hidden. */
  readonly hidden: ReadonlySet<Severity>;
  readonly text: string;
}

export const NO_FILTER: IssueFilter = { hidden: new Set(), text: '' };

export type Row =
  | { kind: 'file'; key: string; path: string; count: number; open: boolean }
  | { kind: 'cell'; key: string; path: string; index: number; count: number }
  | { kind: 'issue'; key: string; issue: Issue; position: number };

export function matches(issue: Issue, filter: IssueFilter): boolean {
  return !filter.hidden.has(issue.severity) && contains(issue, filter.text);
}

/** Every word of the search is somewhere in what the list shows of the issue. */
function contains(issue: Issue, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = `${issue.message} ${issue.rule} ${issue.detector} ${issue.path}`.toLowerCase();
  return words.every(word => shown.includes(word));
}

export function issueRows(
  issues: readonly Issue[],
  filter: IssueFilter,
  closed: ReadonlySet<string>,
): Row[] {
  const rows: Row[] = [];
  let position = 0;
  for (const [path, found] of byFile(issues, filter)) {
    const open = !closed.has(path);
    rows.push({ kind: 'file', key: `file ${path}`, path, count: found.length, open });
    if (open) {
      position = pushIssues(rows, path, found, position);
    }
  }
  return rows;
}

function byFile(issues: readonly Issue[], filter: IssueFilter): Map<string, Issue[]> {
  const files = new Map<string, Issue[]>();
  for (const issue of issues) {
    // The file keeps its place also while all its earlier issues are hidden.
    const found = files.get(issue.path) ?? [];
    files.set(issue.path, found);
    if (matches(issue, filter)) {
      found.push(issue);
    }
  }
  return new Map([...files].filter(([, found]) => found.length > 0));
}

function pushIssues(rows: Row[], path: string, found: Issue[], before: number): number {
  const sizes = cellSizes(found);
  let cell: number | null = null;
  let position = before;
  for (const issue of found.sort(byPlace)) {
    if (issue.cell && issue.cell.index !== cell) {
      cell = issue.cell.index;
      const count = sizes.get(cell) ?? 0;
      rows.push({ kind: 'cell', key: `cell ${cell} ${path}`, path, index: cell, count });
    }
    position += 1;
    rows.push({ kind: 'issue', key: issue.id, issue, position });
  }
  return position;
}

function cellSizes(issues: readonly Issue[]): Map<number, number> {
  const sizes = new Map<number, number>();
  for (const { cell } of issues) {
    if (cell) {
      sizes.set(cell.index, (sizes.get(cell.index) ?? 0) + 1);
    }
  }
  return sizes;
}

function byPlace(a: Issue, b: Issue): number {
  return (
    (a.cell?.index ?? -1) - (b.cell?.index ?? -1) ||
    a.line - b.line ||
    a.column - b.column ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)
  );
}

/** A link of an issue, if it is one that a browser may follow: detectors are other people's code. */
export function safeUrl(url: string | null): string | null {
  return url !== null && /^https?:\/\//i.test(url) ? url : null;
}
