/** One bar for a run, what it is doing, and how long it will take. */

import type { Analysis } from '../core/protocol.js';
import { etaText, isFinished, percent, progressText, stateText } from './progress-words.js';
import { RelativeTime } from './RelativeTime.js';
import { useStall } from './stall.js';
import { clockTime, useOfflineSince } from './time.js';
import { useStrings } from './translator.js';

function Eta({ run }: { run: Analysis }) {
  const trans = useStrings();
  const stalled = useStall(run.progress);
  return <span className="jrt-eta">{etaText(run.eta_seconds, stalled, trans)}</span>;
}

/** In the place of the estimate, so that nothing moves when the connection goes. */
export function Stale() {
  const trans = useStrings();
  const since = useOfflineSince();
  return (
    <span className="jrt-eta" title={trans.__('What is shown here may be out of date')}>
      {since === null ? trans.__('Offline') : trans.__('Offline since %1', clockTime(since))}
    </span>
  );
}

function Time({ run, stale }: Omit<Props, 'label'>) {
  if (isFinished(run)) {
    return <Ended run={run} />;
  }
  if (stale) {
    return <Stale />;
  }
  return run.state === 'running' ? <Eta run={run} /> : null;
}

function Ended({ run }: { run: Analysis }) {
  return run.finished === null ? null : <RelativeTime iso={run.finished} />;
}

interface Props {
  run: Analysis;
  label: string;
  /** Whether what is shown may be old, because the connection is down. */
  stale: boolean;
}

export function RunBar({ run, label, stale }: Props) {
  const trans = useStrings();
  const words = stateText(run, trans);
  return (
    <div className="jrt-runbar">
      <div
        className="jrt-bar"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent(run)}
        aria-valuetext={progressText(run, trans)}
        data-jrt-state={run.state}
      >
        <div className="jrt-bar-fill" style={{ transform: `scaleX(${percent(run) / 100})` }} />
      </div>
      <div className="jrt-runbar-words">
        <span className={`jrt-state jrt-state-${run.state}`}>{words}</span>
        {run.state === 'running' && <span className="jrt-done">{progressText(run, trans)}</span>}
        <Time run={run} stale={stale} />
      </div>
    </div>
  );
}
