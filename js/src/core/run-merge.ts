/**
 * Two reports of one run become one, whichever comes first: replays, boards and REST overtake each other.
 *
 * A run goes queued → running → cancelling → over, a lane queued → running → done, and neither goes back.
 */

import type { Analysis, DetectorState } from './protocol.js';

const RUN_RANK: Record<string, number> = { queued: 0, running: 1, cancelling: 2 };
const LANE_RANK: Record<string, number> = { queued: 0, running: 1 };
const OVER = 3;

const runRank = ({ state }: Analysis): number => RUN_RANK[state] ?? OVER;
const laneRank = ({ state }: DetectorState): number => LANE_RANK[state] ?? OVER;

export const isOver = (analysis: Analysis): boolean => runRank(analysis) === OVER;

export const countIssues = (analysis: Analysis): number =>
  Object.values(analysis.counts).reduce((sum, count) => sum + count, 0);

/** A replayed start must not undo an end, nor a replayed figure a later one. */
export function laterRun(old: Analysis, fresh: Analysis): Analysis {
  if (isOver(old) && !isOver(fresh)) {
    return old;
  }
  const isBack = runRank(fresh) < runRank(old) || fresh.progress < old.progress;
  return {
    ...fresh,
    state: runRank(fresh) < runRank(old) ? old.state : fresh.state,
    progress: Math.max(old.progress, fresh.progress),
    eta_seconds: isBack && !isOver(fresh) ? old.eta_seconds : fresh.eta_seconds,
    detectors: laterLanes(old.detectors, fresh.detectors),
    counts: countIssues(fresh) >= countIssues(old) ? fresh.counts : old.counts,
  };
}

function laterLanes(old: DetectorState[], fresh: DetectorState[]): DetectorState[] {
  if (fresh.length === 0) {
    return old;
  }
  const known = new Map(old.map(lane => [lane.name, lane]));
  return fresh.map(lane => laterLane(known.get(lane.name) ?? lane, lane));
}

export function laterLane(old: DetectorState, fresh: DetectorState): DetectorState {
  if (laneRank(fresh) !== laneRank(old)) {
    return laneRank(fresh) > laneRank(old) ? fresh : old;
  }
  return fresh.done >= old.done ? { ...fresh, issues: Math.max(old.issues, fresh.issues) } : old;
}
