/** How a run and its detectors stand, in words. */

import type { Analysis, DetectorState } from '../core/protocol.js';
import type { Strings } from './translator.js';

const FINISHED: ReadonlySet<string> = new Set(['cancelled', 'succeeded', 'partial', 'failed']);

// A bar that has not moved for so long makes any estimate a lie.
const STALL_MILLISECONDS = 15_000;

export function isFinished(run: Pick<Analysis, 'state'>): boolean {
  return FINISHED.has(run.state);
}

/**
 * How many files are done of all, over the lanes that count files. Each lane goes through the files by
 * itself: what all have done together is told as so many files that are done with altogether.
 */
export function filesDone(lanes: readonly DetectorState[]): { done: number; total: number } {
  const counted = lanes.filter(lane => lane.unit === 'files' && lane.state !== 'not_applicable');
  const all = counted.reduce((sum, lane) => sum + lane.total, 0);
  const done = counted.reduce((sum, lane) => sum + Math.min(lane.done, lane.total), 0);
  const total = Math.max(0, ...counted.map(lane => lane.total));
  return { done: all > 0 ? Math.floor((done / all) * total) : 0, total };
}

/** What the bar says to those who don't see it: "12 of 40 files". */
export function progressText(run: Analysis, trans: Strings): string {
  if (isFinished(run)) {
    return stateText(run, trans);
  }
  const { done, total } = filesDone(run.detectors);
  return total > 0
    ? trans._n('%2 of %1 file', '%2 of %1 files', total, done)
    : trans.__('%1 %', percent(run));
}

export function percent(run: Pick<Analysis, 'progress'>): number {
  return Math.floor(Math.min(1, Math.max(0, run.progress)) * 100);
}

/** Say how long it will take, no more exactly than one can know; empty while it would be a guess. */
export function etaText(
  etaSeconds: number | null,
  stalledMilliseconds: number,
  trans: Strings,
): string {
  if (stalledMilliseconds >= Math.max(STALL_MILLISECONDS, (etaSeconds ?? 0) * 1000)) {
    return trans.__('taking longer than usual');
  }
  if (etaSeconds === null) {
    return '';
  }
  if (etaSeconds < 10) {
    return trans.__('less than 10 s');
  }
  if (etaSeconds < 55) {
    return trans.__('about %1 s left', Math.ceil(etaSeconds / 10) * 10);
  }
  const minutes = Math.max(1, Math.round(etaSeconds / 60));
  return minutes < 90
    ? trans.__('about %1 min left', minutes)
    : trans.__('about %1 h left', Math.round(minutes / 60));
}

/** Say how a run stands. */
export function stateText(run: Analysis, trans: Strings): string {
  switch (run.state) {
    case 'queued':
      return trans.__('Waiting to start');
    case 'running':
      return trans.__('Analysing');
    case 'cancelling':
      return trans.__('Cancelling…');
    case 'cancelled':
      return trans.__('Cancelled; partial results');
    case 'succeeded':
      return trans.__('Finished');
    case 'partial':
      return trans.__('Finished with gaps: %1 failed', failedNames(run.detectors));
    case 'failed':
      return run.error ? trans.__('Failed: %1', run.error) : trans.__('Failed');
  }
}

function failedNames(lanes: readonly DetectorState[]): string {
  const failed = lanes.filter(lane => lane.state === 'failed').map(lane => lane.name);
  return new Intl.ListFormat(undefined, { type: 'conjunction' }).format(failed);
}

/** Say how a detector stands. */
export function laneText(lane: DetectorState, trans: Strings): string {
  switch (lane.state) {
    case 'queued':
      return trans.__('queued');
    case 'running':
      return runningText(lane, trans);
    case 'succeeded':
      return trans._n('%1 issue', '%1 issues', lane.issues);
    case 'failed':
      return trans.__('failed');
    case 'cancelled':
      return trans.__('cancelled');
    case 'not_applicable':
      return trans.__('not applicable');
  }
}

function runningText(lane: DetectorState, trans: Strings): string {
  if (lane.total === 0) {
    return trans.__('starting');
  }
  return lane.unit === 'files'
    ? trans._n('%2 of %1 file', '%2 of %1 files', lane.total, lane.done)
    : trans.__('step %1 of %2', Math.min(lane.done + 1, lane.total), lane.total);
}
