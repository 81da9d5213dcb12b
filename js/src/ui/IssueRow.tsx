/** One row of the issue list. */

import type { ReactNode } from 'react';

import type { Issue } from '../core/protocol.js';
import { spoken, withCode } from './code.js';
import type { Dismissal } from './dismissal.js';
import { IssueDetails, statusName } from './IssueDetails.js';
import { Icon, SeverityIcon } from './icons.js';
import type { IssueActions } from './issue-actions.js';
import { type Row, safeUrl } from './issue-rows.js';
import { severityName } from './severity.js';
import { useStrings } from './translator.js';

interface HeadingProps {
  row: { count: number; open: boolean };
  /** What it is called where it is not seen. */
  name: string;
  onToggle: () => void;
  children: ReactNode;
}

/** A feed has nothing but articles, so headings are some, too. */
function Heading({ row, name, onToggle, children }: HeadingProps) {
  const trans = useStrings();
  const label = trans._n('%2, %1 issue', '%2, %1 issues', row.count, name);
  return (
    <article aria-label={label}>
      <button
        type="button"
        className="jrt-file"
        aria-expanded={row.open}
        aria-label={label}
        title={name}
        onClick={onToggle}
      >
        <Icon name="chevron" />
        {children}
        <span className="jrt-badge">{row.count}</span>
      </button>
    </article>
  );
}

export function FileRow({ row, onToggle }: { row: Row & { kind: 'file' }; onToggle: () => void }) {
  const slash = row.path.lastIndexOf('/') + 1;
  return (
    <Heading row={row} name={row.path} onToggle={onToggle}>
      <span className="jrt-file-words">
        <span className="jrt-file-name">{row.path.slice(slash)}</span>{' '}
        <span className="jrt-file-folder">{row.path.slice(0, slash)}</span>
      </span>
    </Heading>
  );
}

export function GroupRow({
  row,
  onToggle,
}: {
  row: Row & { kind: 'group' };
  onToggle: () => void;
}) {
  const trans = useStrings();
  const name = row.severity ? severityName(row.severity, trans) : row.name;
  return (
    <Heading row={row} name={name} onToggle={onToggle}>
      {row.severity && <SeverityIcon severity={row.severity} />}
      <span className="jrt-file-name">{name}</span>
    </Heading>
  );
}

export function CellRow({ row }: { row: Row & { kind: 'cell' } }) {
  const trans = useStrings();
  return (
    <div className="jrt-cell">
      {trans.__('Cell %1', row.index + 1)}
      {row.count > 1 && <span className="jrt-badge">{row.count}</span>}
    </div>
  );
}

/** Where it is, in words for those who don't see the headings. */
function placeText(issue: Issue, trans: ReturnType<typeof useStrings>): string {
  return issue.cell
    ? trans.__('%1, cell %2, line %3', issue.path, issue.cell.index + 1, issue.line)
    : trans.__('%1, line %2', issue.path, issue.line);
}

interface IssueProps {
  issue: Issue;
  position: number;
  total: number;
  active: boolean;
  onOpen: (() => void) | null;
  onFocus: () => void;
  /** Whether its details are shown. */
  open: boolean;
  onClose: () => void;
  actions: IssueActions | null;
  dismissal: Dismissal;
}

export function IssueRow(props: IssueProps) {
  const { issue, position, total, active, onOpen, onFocus, open, onClose, actions } = props;
  const trans = useStrings();
  const status = actions?.statusOf(issue) ?? issue.status;
  const severity = severityName(issue.severity, trans);
  const place = placeText(issue, trans);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles the keys of all its rows.
    <article
      className={onOpen ? 'jrt-issue jrt-issue-opens' : 'jrt-issue'}
      data-jrt-status={status}
      tabIndex={active ? 0 : -1}
      aria-posinset={position}
      aria-setsize={total}
      aria-label={`${severity}: ${spoken(issue.message)}. ${place}`}
      data-jrt-issue={issue.id}
      onFocus={onFocus}
      onClick={onOpen ?? undefined}
    >
      <span className="jrt-issue-icon" title={severity}>
        <SeverityIcon severity={issue.severity} />
      </span>
      <span className="jrt-issue-message">{withCode(issue.message)}</span>
      <span className="jrt-issue-details">
        <span className="jrt-severity-word">{severity}</span>
        <Rule issue={issue} active={active} />
        {status !== 'new' && status !== 'ongoing' && (
          <span className="jrt-status-word">{statusName(status, trans)}</span>
        )}
        {!issue.rule.startsWith(`${issue.detector}/`) && (
          <span className="jrt-issue-detector">{issue.detector}</span>
        )}
        <span className="jrt-issue-place" title={place}>
          {trans.__('line %1', issue.line)}
        </span>
      </span>
      {open && (
        <IssueDetails
          issue={issue}
          actions={actions}
          dismissal={props.dismissal}
          onClose={onClose}
        />
      )}
    </article>
  );
}

function Rule({ issue, active }: { issue: Issue; active: boolean }) {
  const trans = useStrings();
  const url = safeUrl(issue.url);
  if (url === null) {
    return <span className="jrt-rule">{issue.rule}</span>;
  }
  return (
    <a
      className="jrt-rule"
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      tabIndex={active ? 0 : -1}
      title={trans.__('About the rule %1', issue.rule)}
      onClick={event => event.stopPropagation()}
    >
      {issue.rule}
    </a>
  );
}
