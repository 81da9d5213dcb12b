/** A lane for each detector of a run. */

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
  return (
    <li className="jrt-lane" data-jrt-lane={lane.name} data-jrt-state={lane.state}>
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
      {lane.error && <span className="jrt-lane-error">{lane.error}</span>}
    </li>
  );
}

export function Lanes({ lanes }: { lanes: readonly DetectorState[] }) {
  const trans = useStrings();
  return (
    <ul className="jrt-lanes" aria-label={trans.__('Detectors')}>
      {lanes.map(lane => (
        <Lane key={lane.name} lane={lane} />
      ))}
    </ul>
  );
}
