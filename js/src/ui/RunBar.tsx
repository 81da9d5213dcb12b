/** One bar for a run, what it is doing, and how long it will take. */

import type { Analysis } from '../core/protocol.js';
import { etaText, percent, progressText, stateText } from './progress-words.js';
import { RelativeTime } from './RelativeTime.js';
import { useStall } from './stall.js';
import { useStrings } from './translator.js';

function Eta({ run }: { run: Analysis }) {
  const trans = useStrings();
  const stalled = useStall(run.progress);
  return <span className="jrt-eta">{etaText(run.eta_seconds, stalled, trans)}</span>;
}

function Ended({ run }: { run: Analysis }) {
  return run.finished === null ? null : <RelativeTime iso={run.finished} />;
}

export function RunBar({ run, label }: { run: Analysis; label: string }) {
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
        {run.state === 'running' ? <Eta run={run} /> : <Ended run={run} />}
      </div>
    </div>
  );
}
