/** One run: what it looks at, how far it is, its detectors, its issues, and what can be done with it. */

import { type RefObject, useState } from 'react';

import type { RunView } from '../core/analyses.js';
import type { Analysis, Issue } from '../core/protocol.js';
import type { Triage } from '../core/triage.js';
import { Announcer } from './announce.js';
import { useAttempt } from './attempt.js';
import { IssueList } from './IssueList.js';
import { Icon, type IconName } from './icons.js';
import { useIssueActions } from './issue-actions.js';
import { KeepBaseline } from './KeepBaseline.js';
import { Lanes } from './Lanes.js';
import { Problem } from './Problem.js';
import { isFinished } from './progress-words.js';
import { RelativeTime } from './RelativeTime.js';
import { RunBar } from './RunBar.js';
import { SeverityCounts, totalOf } from './SeverityCounts.js';
import { type Strings, useStrings } from './translator.js';

export interface RunActions {
  /** Ask for the end of the run; rejects if the request could not be made. */
  cancel(runId: string): Promise<unknown>;
  dismiss: ((runId: string) => void) | null;
  again: ((run: Analysis) => Promise<unknown>) | null;
  openIssue: ((issue: Issue, run: Analysis) => void) | null;
  retry: ((runId: string) => void) | null;
  /** What people decide about issues; null without a server that keeps it. */
  triage: Triage | null;
  /** What a detector looks for, in words. */
  about: ((issue: Issue) => Promise<string | null>) | null;
  keepBaseline: ((run: Analysis, name: string) => Promise<unknown>) | null;
}

interface Props {
  view: RunView;
  actions: RunActions;
  /** Null where a run is always open. */
  open: boolean | null;
  onToggle?: () => void;
  scroller?: RefObject<HTMLElement | null>;
  /** What of it is shown below the bar. */
  parts?: Parts;
}

type Parts = 'all' | 'lanes' | 'issues';

/** What is analysed, as short as it can be said. */
export function titleOf(paths: readonly string[], trans: Strings): string {
  const [first = ''] = paths;
  if (paths.length > 1) {
    return trans._n('%1 path', '%1 paths', paths.length);
  }
  const name = first.replace(/\/+$/, '');
  return /^\.*$/.test(name) ? trans.__('The project') : name.slice(name.lastIndexOf('/') + 1);
}

export function RunCard({ view, actions, open, onToggle, scroller, parts = 'all' }: Props) {
  const trans = useStrings();
  const { problem, attempt } = useAttempt(view.stale);
  const [cancelling, setCancelling] = useState(false);
  const run = shown(view.analysis, cancelling);
  const title = titleOf(run.paths, trans);
  const cancel = async () => {
    // It shows at the click, before the server knows of it; taken back if it can't be asked for.
    setCancelling(true);
    setCancelling(await attempt(() => actions.cancel(run.id)));
  };
  const { again } = actions;
  return (
    <article
      className="jrt-run"
      aria-label={trans.__('Analysis of %1', title)}
      data-jrt-run={run.id}
      data-jrt-state={run.state}
    >
      <header className="jrt-run-head">
        <Title title={title} paths={run.paths} open={open} onToggle={onToggle} />
        <Buttons
          run={run}
          actions={actions}
          onCancel={() => void cancel()}
          onAgain={again && (() => void attempt(() => again(run)))}
        />
      </header>
      {open === false && run.state === 'succeeded' ? (
        <Outcome run={run} />
      ) : (
        <RunBar run={run} label={trans.__('Progress of %1', title)} stale={view.stale} />
      )}
      {open === false && !isFinished(run) && <SeverityCounts counts={run.counts} />}
      {open === false && isCut(run) && <SeverityCounts counts={run.counts} brief />}
      <Problem words={problem} />
      {open !== false && (
        <Details
          view={view}
          run={run}
          actions={actions}
          scroller={scroller}
          parts={parts}
          folds={open !== null}
        />
      )}
      <Announcer run={run} title={title} />
    </article>
  );
}

/** All that is to be said of a run that has succeeded and is folded. */
function Outcome({ run }: { run: Analysis }) {
  return (
    <div className="jrt-outcome">
      <SeverityCounts counts={run.counts} brief />
      {run.finished !== null && <RelativeTime iso={run.finished} />}
    </div>
  );
}

/** Whether it found something, and not all that there is. */
const isCut = (run: Analysis): boolean =>
  isFinished(run) && run.state !== 'succeeded' && totalOf(run.counts) > 0;

/** The run as the person should see it: a cancel shows at once. */
function shown(run: Analysis, cancelling: boolean): Analysis {
  return cancelling && (run.state === 'queued' || run.state === 'running')
    ? { ...run, state: 'cancelling', eta_seconds: null }
    : run;
}

interface DetailsProps {
  view: RunView;
  run: Analysis;
  actions: RunActions;
  scroller: RefObject<HTMLElement | null> | undefined;
  parts: Parts;
  /** Whether the lanes can be folded. */
  folds: boolean;
}

function Details({ view, run, actions, scroller, parts, folds }: DetailsProps) {
  const { openIssue, retry, keepBaseline: keep } = actions;
  const issueActions = useIssueActions(actions, run);
  return (
    <div className="jrt-run-details">
      {run.detectors.length > 0 && parts !== 'issues' && (
        <Lanes lanes={run.detectors} folds={folds && parts === 'all'} isOver={isFinished(run)} />
      )}
      {parts === 'lanes' ? (
        <SeverityCounts counts={run.counts} />
      ) : (
        <IssueList
          issues={view.issues}
          counts={run.counts}
          state={run.state}
          loading={!view.complete}
          error={view.error}
          onRetry={retry && !view.complete ? () => retry(run.id) : null}
          actions={issueActions}
          detectors={run.detectors.map(lane => lane.name)}
          baseline={run.baseline ?? null}
          onOpen={openIssue && (issue => openIssue(issue, run))}
          scroller={scroller}
        />
      )}
      {keep && issueActions?.canDecide && run.state === 'succeeded' && (
        <KeepBaseline onKeep={name => keep(run, name)} />
      )}
    </div>
  );
}

interface TitleProps {
  title: string;
  paths: readonly string[];
  open: boolean | null;
  onToggle: (() => void) | undefined;
}

function Title({ title, paths, open, onToggle }: TitleProps) {
  const whole = paths.join('\n') || title;
  if (open === null) {
    return (
      <h3 className="jrt-run-title" title={whole}>
        <span className="jrt-run-name">{title}</span>
      </h3>
    );
  }
  return (
    <h3 className="jrt-run-title" title={whole}>
      <button type="button" className="jrt-run-toggle" aria-expanded={open} onClick={onToggle}>
        <Icon name="chevron" />
        <span className="jrt-run-name">{title}</span>
      </button>
    </h3>
  );
}

interface ButtonsProps {
  run: Analysis;
  actions: RunActions;
  onCancel: () => void;
  onAgain: (() => void) | null;
}

function Buttons({ run, actions, onCancel, onAgain }: ButtonsProps) {
  const trans = useStrings();
  const { dismiss } = actions;
  if (!isFinished(run)) {
    const asked = run.state === 'cancelling';
    return (
      <IconButton icon="stop" label={trans.__('Cancel')} disabled={asked} onClick={onCancel} />
    );
  }
  return (
    <>
      {onAgain && <IconButton icon="again" label={trans.__('Run again')} onClick={onAgain} />}
      {dismiss && (
        <IconButton icon="close" label={trans.__('Dismiss')} onClick={() => dismiss(run.id)} />
      )}
    </>
  );
}

interface IconButtonProps {
  icon: IconName;
  label: string;
  disabled?: boolean;
  onClick: () => void;
}

function IconButton({ icon, label, disabled = false, onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      className="jrt-icon-button"
      title={label}
      aria-label={label}
      aria-disabled={disabled}
      // Not `disabled`: that would take the focus away from under the person.
      onClick={disabled ? undefined : onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
