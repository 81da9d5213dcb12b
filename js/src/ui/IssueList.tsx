/** The issues of a run: how they are filtered, and what is said where there are none. */

import { type RefObject, useCallback, useMemo, useState } from 'react';

import type { Analysis, Counts, Issue } from '../core/protocol.js';
import { useDismissal } from './dismissal.js';
import { IssueFilterBar } from './IssueFilterBar.js';
import { IssueRows } from './IssueRows.js';
import type { IssueActions } from './issue-actions.js';
import {
  countsOf,
  type Grouping,
  type IssueFilter,
  issueRows,
  NO_FILTER,
  statusAsFound,
} from './issue-rows.js';
import { ListFace } from './ListFace.js';
import { isFinished } from './progress-words.js';

export interface IssueListProps {
  issues: readonly Issue[];
  counts: Counts;
  /** Whether all that was found until now is here. */
  loading: boolean;
  state: Analysis['state'];
  error: string | null;
  onRetry: (() => void) | null;
  onOpen: ((issue: Issue) => void) | null;
  /** What can be done about an issue; null: it can only be looked at. */
  actions?: IssueActions | null;
  detectors?: readonly string[];
  /** The name of the baseline that the run was compared with. */
  baseline?: string | null;
  /** What scrolls; without it the list scrolls by itself. */
  scroller?: RefObject<HTMLElement | null> | undefined;
}

const NO_DETECTORS: readonly string[] = [];
const EVERYTHING: IssueFilter = { ...NO_FILTER, status: 'all' };

export function IssueList(props: IssueListProps) {
  const { issues, counts, actions = null, detectors = NO_DETECTORS, baseline = null } = props;
  const [filter, setFilter] = useState<IssueFilter>(NO_FILTER);
  const [grouping, setGrouping] = useState<Grouping>('file');
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [openId, setOpenId] = useState<string | null>(null);
  const statusOf = actions?.statusOf ?? statusAsFound;
  const rows = useMemo(
    () => issueRows(issues, filter, closed, grouping, statusOf, openId),
    [issues, filter, closed, grouping, statusOf, openId],
  );
  // While issues arrive the run itself counts them, at no cost.
  const isCounted = props.loading || (filter === NO_FILTER && !isFinished(props));
  const shown = useMemo(
    () => (isCounted ? counts : countsOf(issues, filter, statusOf)),
    [isCounted, counts, issues, filter, statusOf],
  );
  const toggle = useCallback((name: string) => setClosed(before => toggled(before, name)), []);
  const dismissal = useDismissal(actions, setOpenId);
  const changeFilter = (next: IssueFilter) => {
    if (next.status !== filter.status) {
      setOpenId(null);
    }
    setFilter(next);
  };
  return (
    <div className="jrt-issues">
      {issues.length > 0 && (
        <IssueFilterBar
          counts={shown}
          filter={filter}
          onChange={changeFilter}
          grouping={grouping}
          onGroup={setGrouping}
          detectors={detectors}
          baseline={baseline}
        />
      )}
      <ListFace
        {...props}
        nothingMatches={rows.length === 0}
        nothingOpen={filter === NO_FILTER}
        onClear={() => changeFilter(filter === NO_FILTER ? EVERYTHING : NO_FILTER)}
      />
      {rows.length > 0 && (
        <IssueRows
          {...props}
          actions={actions}
          rows={rows}
          onToggle={toggle}
          openId={openId}
          onDetails={setOpenId}
          dismissal={dismissal}
        />
      )}
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
