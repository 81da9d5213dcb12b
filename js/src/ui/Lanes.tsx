/** A lane for each detector of a run. */

import { useState } from 'react';

import type { DetectorState } from '../core/protocol.js';
import { Icon, type IconName } from './icons.js';
import { laneText } from './progress-words.js';
import { useStrings } from './translator.js';

const ICONS: Record<DetectorState['state'], IconName | null> = {
  queued: 'dots',
  running: null,
  succeeded: 'check',
  failed: 'cross',
  cancelled: 'stop',
  not_applicable: 'dash',
};

function LaneIcon({ state }: { state: DetectorState['state'] }) {
  const name = ICONS[state];
  return name ? <Icon name={name} /> : <span className="jrt-spinner" aria-hidden="true" />;
}

function shareDone(lane: DetectorState): number {
  if (lane.state === 'succeeded') {
    return 1;
  }
  return lane.total > 0 ? Math.min(1, lane.done / lane.total) : 0;
}

function Lane({ lane }: { lane: DetectorState }) {
  const trans = useStrings();
  const found = lane.state === 'running' && lane.issues > 0;
  const isProblem = lane.state !== 'not_applicable';
  return (
    <li
      className="jrt-lane"
      title={isProblem ? undefined : (lane.error ?? undefined)}
      data-jrt-lane={lane.name}
      data-jrt-state={lane.state}
    >
      <LaneIcon state={lane.state} />
      <span className="jrt-lane-name" title={lane.name}>
        {lane.name}
      </span>
      <span className="jrt-lane-bar" aria-hidden="true">
        <span style={{ transform: `scaleX(${shareDone(lane)})` }} />
      </span>
      <span className="jrt-lane-words">
        {laneText(lane, trans)}
        {found && (
          <span className="jrt-lane-found">
            {' · '}
            {trans._n('%1 issue', '%1 issues', lane.issues)}
          </span>
        )}
      </span>
      {lane.error && (
        // What is no problem is said to those who ask for it, and moves nothing.
        <span className={isProblem ? 'jrt-lane-error' : 'jrt-hidden'}>{lane.error}</span>
      )}
    </li>
  );
}

interface Props {
  lanes: readonly DetectorState[];
  /** Whether they can be folded; what failed is shown nevertheless. */
  folds: boolean;
  isOver: boolean;
}

export function Lanes({ lanes, folds, isOver }: Props) {
  const trans = useStrings();
  // Folded where the run was over when it came: nothing folds under the eyes of a person.
  const [open, setOpen] = useState(!folds || !isOver);
  return (
    <>
      {folds && (
        <button
          type="button"
          className="jrt-lanes-toggle"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Icon name="chevron" />
          <span>{trans.__('Detectors')}</span>
          <span className="jrt-lanes-done">{doneText(lanes, trans)}</span>
        </button>
      )}
      <ul
        className={open ? 'jrt-lanes' : 'jrt-lanes jrt-lanes-folded'}
        aria-label={trans.__('Detectors')}
      >
        {lanes.map(lane => (
          <Lane key={lane.name} lane={lane} />
        ))}
      </ul>
    </>
  );
}

function doneText(lanes: readonly DetectorState[], trans: ReturnType<typeof useStrings>): string {
  const done = lanes.filter(({ state }) => state !== 'queued' && state !== 'running').length;
  return done < lanes.length
    ? trans.__('%1 of %2 done', done, lanes.length)
    : new Intl.NumberFormat().format(done);
}
