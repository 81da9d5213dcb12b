/**
 * The rows of the issue list; only those in sight are in the page.
 *
 * One issue at a time is in the tab order; the arrows move it. It is known by its id and always drawn,
 * so that focus stays where it is while others arrive above it or it is scrolled out of sight.
 */

import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useMemo, useRef, useState } from 'react';

import type { Issue } from '../core/protocol.js';
import type { Dismissal } from './dismissal.js';
import { CellRow, FileRow, GroupRow, IssueRow } from './IssueRow.js';
import type { IssueActions } from './issue-actions.js';
import type { Row } from './issue-rows.js';
import { useStrings } from './translator.js';
import { seenHeight, useFocusOf, useOffset, useWithRow } from './virtual.js';

interface Props {
  rows: readonly Row[];
  loading: boolean;
  onOpen: ((issue: Issue) => void) | null;
  onToggle: (name: string) => void;
  actions: IssueActions | null;
  /** The issue whose details are shown. */
  openId: string | null;
  onDetails: (id: string | null) => void;
  dismissal: Dismissal;
  /** What scrolls; without it the list scrolls by itself. */
  scroller?: RefObject<HTMLElement | null> | undefined;
}

const HEIGHTS: Record<Row['kind'], number> = { file: 26, group: 26, cell: 22, issue: 44 };
const OVERSCAN_ROWS = 8;

export function IssueRows(props: Props) {
  const { rows, scroller, loading, onOpen, onToggle, actions, openId, onDetails } = props;
  const trans = useStrings();
  const list = useRef<HTMLDivElement>(null);
  const issueAt = useMemo(() => indexOfIssues(rows), [rows]);
  const [activeId, setActiveId] = useState<string | null>(null);
  const tabStop = issueAt.get(activeId ?? '') ?? issueAt.values().next().value;
  const margin = useOffset(list, scroller);
  const virtualizer = useVirtualizer<HTMLElement, HTMLElement>({
    count: rows.length,
    getScrollElement: () => (scroller ?? list).current,
    estimateSize: index => HEIGHTS[rows[index]?.kind ?? 'issue'],
    getItemKey: index => rows[index]?.key ?? index,
    overscan: OVERSCAN_ROWS,
    measureElement: seenHeight,
    scrollMargin: margin,
    initialRect: { width: 300, height: 600 },
    rangeExtractor: useWithRow(tabStop),
  });
  const focus = useFocusOf(list);
  const open = (issue: Issue) => {
    setActiveId(issue.id);
    onDetails(issue.id);
    onOpen?.(issue);
  };
  const close = (issue: Issue) => {
    const index = issueAt.get(issue.id) ?? 0;
    onDetails(null);
    // It may go with its details, where it was dismissed: then the focus is its neighbour's.
    focus(issue.id, nextIssue('ArrowDown', index, rows), nextIssue('ArrowUp', index, rows));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const id = (event.target as HTMLElement).dataset.jrtIssue;
    const index = id === undefined ? undefined : issueAt.get(id);
    const row = index === undefined ? undefined : rows[index];
    if (index === undefined || row?.kind !== 'issue') {
      return;
    }
    const next = nextIssue(event.key, index, rows);
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      open(row.issue);
    } else if (event.key === 'Escape' && openId !== null) {
      event.preventDefault();
      close(row.issue);
    } else if (next) {
      event.preventDefault();
      setActiveId(next);
      focus(next);
    }
  };
  const draw = (row: Row, index: number) => {
    switch (row.kind) {
      case 'file':
        return <FileRow row={row} onToggle={() => onToggle(row.path)} />;
      case 'group':
        return <GroupRow row={row} onToggle={() => onToggle(row.name)} />;
      case 'cell':
        return <CellRow row={row} />;
      case 'issue':
        return (
          <IssueRow
            issue={row.issue}
            position={row.position}
            total={issueAt.size}
            active={index === tabStop}
            onOpen={onOpen || actions ? () => open(row.issue) : null}
            open={row.issue.id === openId}
            onClose={() => close(row.issue)}
            actions={actions}
            dismissal={props.dismissal}
            onFocus={() => setActiveId(row.issue.id)}
          />
        );
    }
  };

  return (
    <div ref={list} className={scroller ? 'jrt-list' : 'jrt-list jrt-list-scrolls'}>
      <div
        role="feed"
        aria-label={trans.__('Issues')}
        aria-busy={loading}
        className="jrt-list-rows"
        style={{ height: `${virtualizer.getTotalSize()}px` }}
        onKeyDown={onKeyDown}
      >
        {virtualizer.getVirtualItems().map(({ key, index, start }) => {
          const row = rows[index];
          return (
            row && (
              <div
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                className="jrt-row"
                style={{ transform: `translateY(${start - margin}px)` }}
              >
                {draw(row, index)}
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function indexOfIssues(rows: readonly Row[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    if (row.kind === 'issue') {
      found.set(row.issue.id, index);
    }
  }
  return found;
}

/** Which issue a key leads to, or null if it leads nowhere. */
export function nextIssue(key: string, index: number, rows: readonly Row[]): string | null {
  switch (key) {
    case 'ArrowDown':
      return find(rows, index + 1, 1);
    case 'ArrowUp':
      return find(rows, index - 1, -1);
    case 'Home':
      return find(rows, 0, 1);
    case 'End':
      return find(rows, rows.length - 1, -1);
    default:
      return null;
  }
}

function find(rows: readonly Row[], from: number, step: number): string | null {
  for (let index = from; index >= 0 && index < rows.length; index += step) {
    const row = rows[index];
    if (row?.kind === 'issue') {
      return row.issue.id;
    }
  }
  return null;
}
