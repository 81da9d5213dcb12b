/** What is known of one issue, and what can be done about it; below its row while it is open. */

import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';

import type { DiffLine } from '../core/fixes.js';
import type { Issue } from '../core/protocol.js';
import { type Attempt, useAttempt } from './attempt.js';
import { withCode } from './code.js';
import { Diff } from './Diff.js';
import { DismissForm } from './DismissForm.js';
import type { Dismissal } from './dismissal.js';
import { errorText } from './error-words.js';
import type { IssueActions } from './issue-actions.js';
import { safeUrl } from './issue-rows.js';
import { Problem } from './Problem.js';
import { useStrings } from './translator.js';

interface Props {
  issue: Issue;
  actions: IssueActions | null;
  dismissal: Dismissal;
  onClose: () => void;
}

type Undo = () => Promise<void>;

export function IssueDetails({ issue, actions, dismissal, onClose }: Props) {
  const trans = useStrings();
  const place = useRef<HTMLDivElement>(null);
  const failed = dismissal.failed?.id === issue.id ? dismissal.failed.problem : null;
  const [asking, setAsking] = useState(false);
  const isAsking = asking || failed !== null;
  const [undo, setUndo] = useState<Undo | null>(null);
  const { problem, attempt } = useAttempt();
  const status = actions?.statusOf(issue) ?? issue.status;
  useFocusWithin(place);
  const leave = () => {
    setAsking(false);
    dismissal.leave();
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
      if (isAsking) {
        leave();
      } else {
        onClose();
      }
    }
  };
  const reason = status === 'dismissed' ? actions?.reasonOf(issue) : null;
  const isOpen = status !== 'dismissed' && status !== 'fixed';
  const canFix = issue.fix !== null && actions?.preview != null && status !== 'fixed';
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only keeps clicks and keys from the row.
    <div
      ref={place}
      className="jrt-details"
      onClick={event => event.stopPropagation()}
      onKeyDown={onKeyDown}
    >
      <RuleLine issue={issue} status={status} />
      <About issue={issue} actions={actions} />
      {reason && <p className="jrt-reason">{trans.__('Dismissed: %1', reason)}</p>}
      {canFix && undo === null && <FixPreview issue={issue} actions={actions} />}
      <div className="jrt-details-buttons">
        {canFix && undo === null && (
          <Button main onClick={() => void attempt(apply)}>
            {trans.__('Apply fix')}
          </Button>
        )}
        {undo !== null && (
          <>
            <span role="status">{trans.__('Fix applied.')}</span>
            <Button onClick={() => void attempt(undoIt)}>{trans.__('Undo')}</Button>
          </>
        )}
        {actions?.canDecide && isOpen && !isAsking && undo === null && (
          <Button onClick={() => setAsking(true)}>{trans.__('Dismiss…')}</Button>
        )}
        {actions?.canDecide && status === 'dismissed' && (
          <Button onClick={() => void attempt(() => actions.restore(issue))}>
            {trans.__('Undo dismissal')}
          </Button>
        )}
        {actions?.comment && !isAsking && (
          <Button onClick={() => void attempt(() => commented(actions, issue))}>
            {trans.__('Comment')}
          </Button>
        )}
        {!(isAsking && isOpen) && <CopyButton issue={issue} attempt={attempt} />}
      </div>
      {isAsking && isOpen && actions && (
        <DismissForm
          issue={issue}
          failed={failed}
          onCancel={leave}
          onDismiss={reason => {
            setAsking(false);
            dismissal.send(issue, reason);
          }}
        />
      )}
      <Problem words={problem} />
    </div>
  );
}

/** A button goes when it was pressed, and another comes: the focus that was on it stays here. */
function useFocusWithin(place: RefObject<HTMLElement | null>): void {
  const wasWithin = place.current?.contains(document.activeElement) ?? false;
  useEffect(() => {
    if (wasWithin && document.activeElement === document.body) {
      place.current?.querySelector<HTMLElement>('button')?.focus();
    }
  });
}

function CopyButton({ issue, attempt }: { issue: Issue; attempt: Attempt['attempt'] }) {
  const trans = useStrings();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    const timer = copied ? setTimeout(() => setCopied(false), COPIED_MILLISECONDS) : undefined;
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    await navigator.clipboard.writeText(textOf(issue));
    setCopied(true);
  };
  return (
    <>
      <Button onClick={() => void attempt(copy)}>
        {copied ? trans.__('Copied') : trans.__('Copy')}
      </Button>
      <span role="status" className="jrt-hidden">
        {copied ? trans.__('Copied') : ''}
      </span>
    </>
  );
}

const COPIED_MILLISECONDS = 2000;

function RuleLine({ issue, status }: { issue: Issue; status: Issue['status'] }) {
  const trans = useStrings();
  const url = safeUrl(issue.url);
  const { detector, rule } = issue;
  return (
    <p className="jrt-details-rule">
      <span>{rule.startsWith(`${detector}/`) ? rule : `${detector} ${rule}`}</span>
      <span>{statusName(status, trans)}</span>
      {url !== null && (
        <a className="jrt-rule" href={url} target="_blank" rel="noopener noreferrer">
          {trans.__('About this rule')}
        </a>
      )}
    </p>
  );
}

/** Its place is there from the beginning, so that nothing moves when the words come. */
function About({ issue, actions }: { issue: Issue; actions: IssueActions | null }) {
  const [words, setWords] = useState<string | null>(null);
  const about = actions?.about ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a rule; decisions don't change it.
  useEffect(() => {
    let gone = false;
    void about?.(issue).then(found => !gone && setWords(found));
    return () => {
      gone = true;
    };
  }, [issue.detector, issue.rule]);
  return about && <p className="jrt-about">{withCode(words ?? '')}</p>;
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
      (error: unknown) => !gone && setProblem(errorText(error, trans)),
    );
    return () => {
      gone = true;
    };
  }, [issue.id]);
  return (
    <figure className="jrt-fix">
      <figcaption>
        {withCode(issue.fix?.title ?? '')}
        {issue.fix?.safe === false && ` ${trans.__('(behaviour may change: have a look)')}`}
      </figcaption>
      {problem !== null && <p className="jrt-note">{problem}</p>}
      {lines !== null && <Diff lines={lines} />}
    </figure>
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

async function commented({ comment }: IssueActions, issue: Issue): Promise<void> {
  await comment?.(issue);
}
