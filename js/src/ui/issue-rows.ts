/**
 * The issue list as rows: the heading of a file, the headings of its cells, their issues; or the heading
 * of a severity or of a rule, and its issues.
 *
 * Order: files and rules in the order in which their first issue was found, so that what the person reads
 * stays where it is while others arrive; inside by file, cell, line and column.
 */

import type { Counts, Issue } from '../core/protocol.js';

export type Severity = Issue['severity'];

export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

export type Grouping = 'file' | 'severity' | 'rule';

/** Which statuses: those that are to be mended, those that came up, or those that are settled. */
export type StatusChoice = 'open' | 'new' | 'since' | 'dismissed' | 'fixed' | 'all';

export interface IssueFilter {
  /** Those that are hidden. */
  readonly hidden: ReadonlySet<Severity>;
  readonly text: string;
  readonly status: StatusChoice;
  /** Null: all. */
  readonly detector: string | null;
}

export const NO_FILTER: IssueFilter = {
  hidden: new Set(),
  text: '',
  status: 'open',
  detector: null,
};

/** How an issue stands now: people may have decided about it since it was found. */
export type StatusOf = (issue: Issue) => Issue['status'];

export const statusAsFound: StatusOf = issue => issue.status;

export type Row =
  | { kind: 'file'; key: string; path: string; count: number; open: boolean }
  | {
      kind: 'group';
      key: string;
      name: string;
      severity: Severity | null;
      count: number;
      open: boolean;
    }
  | { kind: 'cell'; key: string; path: string; index: number; count: number }
  | { kind: 'issue'; key: string; issue: Issue; position: number };

/** What one word of a search is looked for in. */
type Test = (issue: Issue) => boolean;

function testOf(filter: IssueFilter, statusOf: StatusOf, kept: string | null): Test {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return issue =>
    !filter.hidden.has(issue.severity) &&
    (filter.detector === null || issue.detector === filter.detector) &&
    (issue.id === kept || hasStatus(issue, filter.status, statusOf)) &&
    (words.length === 0 || contains(issue, words));
}

/** How many of each severity the filter lets through, if it hid none of them. */
export function countsOf(
  issues: readonly Issue[],
  filter: IssueFilter,
  statusOf: StatusOf = statusAsFound,
): Counts {
  const test = testOf({ ...filter, hidden: NO_FILTER.hidden }, statusOf, null);
  const counts = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  for (const issue of issues) {
    counts[issue.severity] += test(issue) ? 1 : 0;
  }
  return counts;
}

function hasStatus(issue: Issue, choice: StatusChoice, statusOf: StatusOf): boolean {
  const status = statusOf(issue);
  const isOpen = status !== 'dismissed' && status !== 'fixed';
  switch (choice) {
    case 'all':
      return true;
    case 'open':
      return isOpen;
    case 'new':
      return status === 'new' || status === 'regressed';
    case 'since':
      return isOpen && issue.since_baseline === 'new';
    case 'dismissed':
    case 'fixed':
      return status === choice;
  }
}

/** Every word of the search is somewhere in what the list shows of the issue. */
function contains(issue: Issue, words: readonly string[]): boolean {
  const shown = `${issue.message} ${issue.rule} ${issue.detector} ${issue.path}`.toLowerCase();
  return words.every(word => shown.includes(word));
}

/** `kept`: the issue that somebody works on stays in its place, whatever becomes of its status. */
export function issueRows(
  issues: readonly Issue[],
  filter: IssueFilter,
  closed: ReadonlySet<string>,
  grouping: Grouping = 'file',
  statusOf: StatusOf = statusAsFound,
  kept: string | null = null,
): Row[] {
  const rows: Row[] = [];
  const nameOf = (issue: Issue) => (grouping === 'file' ? issue.path : issue[grouping]);
  let position = 0;
  for (const [name, found] of groups(issues, testOf(filter, statusOf, kept), nameOf, grouping)) {
    const open = !closed.has(name);
    rows.push(heading(grouping, name, found.length, open));
    if (open && grouping === 'file') {
      position = pushIssues(rows, name, found, position);
    } else if (open) {
      for (const issue of found.sort(byFileAndPlace)) {
        position += 1;
        rows.push({ kind: 'issue', key: issue.id, issue, position });
      }
    }
  }
  return rows;
}

function heading(grouping: Grouping, name: string, count: number, open: boolean): Row {
  const key = `${grouping} ${name}`;
  return grouping === 'file'
    ? { kind: 'file', key, path: name, count, open }
    : { kind: 'group', key, name, count, open, severity: severityOf(grouping, name) };
}

const severityOf = (grouping: Grouping, name: string): Severity | null =>
  grouping === 'severity' ? (name as Severity) : null;

function groups(
  issues: readonly Issue[],
  test: Test,
  nameOf: (issue: Issue) => string,
  grouping: Grouping,
): [string, Issue[]][] {
  const names: readonly string[] = grouping === 'severity' ? SEVERITIES : [];
  const found = new Map<string, Issue[]>(names.map(name => [name, []]));
  for (const issue of issues) {
    // A group keeps its place also while all its earlier issues are hidden.
    const name = nameOf(issue);
    let group = found.get(name);
    if (!group) {
      group = [];
      found.set(name, group);
    }
    if (test(issue)) {
      group.push(issue);
    }
  }
  return [...found].filter(([, group]) => group.length > 0);
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

function byFileAndPlace(a: Issue, b: Issue): number {
  return a.path === b.path ? byPlace(a, b) : a.path < b.path ? -1 : 1;
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
