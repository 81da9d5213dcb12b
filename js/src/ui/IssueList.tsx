/** The issues of a run: how they are filtered, and what is said where there are none. */

import { type RefObject, useMemo, useState } from 'react';

import type { Analysis, Counts, Issue } from '../core/protocol.js';
import { IssueFilterBar } from './IssueFilterBar.js';
import { IssueRows } from './IssueRows.js';
import { type IssueFilter, issueRows, NO_FILTER } from './issue-rows.js';
import { ListFace } from './ListFace.js';

export interface IssueListProps {
  issues: readonly Issue[];
  counts: Counts;
  /** Whether all that was found until now is here. */
  loading: boolean;
  state: Analysis['state'];
  error: string | null;
  onRetry: (() => void) | null;
  onOpen: ((issue: Issue) => void) | null;
  /** What scrolls; without it the list scrolls by itself. */
  scroller?: RefObject<HTMLElement | null> | undefined;
}

export function IssueList(props: IssueListProps) {
  const { issues, counts } = props;
  const [filter, setFilter] = useState<IssueFilter>(NO_FILTER);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => issueRows(issues, filter, closed), [issues, filter, closed]);
  const toggle = (path: string) => setClosed(before => toggled(before, path));
  return (
    <div className="jrt-issues">
      {issues.length > 0 && <IssueFilterBar counts={counts} filter={filter} onChange={setFilter} />}
      <ListFace
        {...props}
        nothingMatches={rows.length === 0}
        onClear={() => setFilter(NO_FILTER)}
      />
      {rows.length > 0 && <IssueRows {...props} rows={rows} onToggle={toggle} />}
    </div>
  );
}

function toggled(closed: ReadonlySet<string>, path: string): ReadonlySet<string> {
  const next = new Set(closed);
  if (!next.delete(path)) {
    next.add(path);
  }
  return next;
}
