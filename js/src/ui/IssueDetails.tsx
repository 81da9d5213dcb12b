/** What is known of one issue, and what can be done about it; below its row while it is open. */

import { type KeyboardEvent, useEffect, useState } from 'react';

import type { DiffLine } from '../core/fixes.js';
import type { Issue } from '../core/protocol.js';
import { DismissForm } from './DismissForm.js';
import type { IssueActions } from './issue-actions.js';
import { safeUrl } from './issue-rows.js';
import { severityName } from './severity.js';
import { useStrings } from './translator.js';

interface Props {
  issue: Issue;
  actions: IssueActions | null;
  onClose: () => void;
}

type Undo = () => Promise<void>;

export function IssueDetails({ issue, actions, onClose }: Props) {
  const trans = useStrings();
  const [asking, setAsking] = useState(false);
  const [undo, setUndo] = useState<Undo | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const status = actions?.statusOf(issue) ?? issue.status;
  const attempt = (act: () => Promise<unknown>) => {
    setProblem(null);
    act().catch((error: unknown) => setProblem(wordsOf(error)));
  };
  const apply = async () => {
    const back = await actions?.apply(issue);
    setUndo(() => back ?? null);
  };
  const undoIt = async () => {
    await undo?.();
    setUndo(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      if (asking) {
        setAsking(false);
      } else {
        onClose();
      }
    }
  };
  const canFix = issue.fix !== null && actions?.preview != null && status !== 'fixed';
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only keeps clicks and keys from the row.
    <div className="jrt-details" onClick={event => event.stopPropagation()} onKeyDown={onKeyDown}>
      <RuleLine issue={issue} status={status} />
      {status === 'dismissed' && actions?.reasonOf(issue) && (
        <p className="jrt-reason">{trans.__('Dismissed: %1', actions.reasonOf(issue))}</p>
      )}
      {canFix && undo === null && <FixPreview issue={issue} actions={actions} />}
      <div className="jrt-details-buttons">
        {canFix && undo === null && (
          <Button main onClick={() => attempt(apply)}>
            {trans.__('Apply fix')}
          </Button>
        )}
        {undo !== null && (
          <>
            <span role="status">{trans.__('Fix applied.')}</span>
            <Button onClick={() => attempt(undoIt)}>{trans.__('Undo')}</Button>
          </>
        )}
        {actions?.canDecide &&
          status !== 'dismissed' &&
          status !== 'fixed' &&
          !asking &&
          undo === null && <Button onClick={() => setAsking(true)}>{trans.__('Dismiss…')}</Button>}
        {actions?.canDecide && status === 'dismissed' && (
          <Button onClick={() => attempt(() => actions.restore(issue))}>
            {trans.__('Undo dismissal')}
          </Button>
        )}
        <Button onClick={() => attempt(() => copy(issue))}>{trans.__('Copy')}</Button>
      </div>
      {asking && actions && (
        <DismissForm
          issue={issue}
          onCancel={() => setAsking(false)}
          onDismiss={async reason => {
            await actions.dismiss(issue, reason);
            setAsking(false);
          }}
        />
      )}
      {problem !== null && (
        <p className="jrt-note jrt-note-error" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function RuleLine({ issue, status }: { issue: Issue; status: Issue['status'] }) {
  const trans = useStrings();
  const url = safeUrl(issue.url);
  const about = `${issue.detector} ${issue.rule} · ${severityName(issue.severity, trans)} · ${statusName(status, trans)}`;
  return (
    <p className="jrt-details-rule">
      {about}
      {url !== null && (
        <>
          {' · '}
          <a className="jrt-rule" href={url} target="_blank" rel="noopener noreferrer">
            {trans.__('About this rule')}
          </a>
        </>
      )}
    </p>
  );
}

function FixPreview({ issue, actions }: { issue: Issue; actions: IssueActions | null }) {
  const trans = useStrings();
  const [lines, setLines] = useState<readonly DiffLine[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const preview = actions?.preview ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once an issue; decisions don't change its fix.
  useEffect(() => {
    let gone = false;
    preview?.(issue).then(
      found => !gone && setLines(found),
      (error: unknown) => !gone && setProblem(wordsOf(error)),
    );
    return () => {
      gone = true;
    };
  }, [issue.id]);
  return (
    <figure className="jrt-fix">
      <figcaption>
        {issue.fix?.title}
        {issue.fix?.safe === false && ` ${trans.__('(behaviour may change: have a look)')}`}
      </figcaption>
      {problem !== null && <p className="jrt-note">{problem}</p>}
      {lines !== null && <Diff lines={lines} />}
    </figure>
  );
}

/** Long lines wrap, so that nothing has to be scrolled. */
const SIGNS: Record<DiffLine['kind'], string> = { same: ' ', removed: '−', added: '+' };

function Diff({ lines }: { lines: readonly DiffLine[] }) {
  return (
    <pre className="jrt-diff">
      {lines.map(({ kind, number, text }) => (
        <span key={`${kind} ${number}`} className={`jrt-diff-${kind}`}>
          {`${SIGNS[kind]} ${text}\n`}
        </span>
      ))}
    </pre>
  );
}

interface ButtonProps {
  main?: boolean;
  onClick: () => void;
  children: string;
}

export function Button({ main = false, onClick, children }: ButtonProps) {
  return (
    <button
      type="button"
      className={
        main ? 'jrt-button jrt-button-small jrt-button-fix' : 'jrt-button jrt-button-small'
      }
      onClick={onClick}
    >
      {children}
    </button>
  );
}

export function statusName(status: Issue['status'], trans: ReturnType<typeof useStrings>): string {
  switch (status) {
    case 'new':
      return trans.__('New');
    case 'ongoing':
      return trans.__('Known');
    case 'regressed':
      return trans.__('Back again');
    case 'fixed':
      return trans.__('Fixed');
    case 'dismissed':
      return trans.__('Dismissed');
  }
}

/** An issue as a line of text, as compilers write it. */
export function textOf(issue: Issue): string {
  const cell = issue.cell ? `cell ${issue.cell.index + 1}:` : '';
  const place = `${issue.path}:${cell}${issue.line}:${issue.column}`;
  return `${place}: ${issue.severity} ${issue.rule} ${issue.message}`;
}

async function copy(issue: Issue): Promise<void> {
  await navigator.clipboard.writeText(textOf(issue));
}

const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
