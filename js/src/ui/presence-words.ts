/** Where people are and what they do, in words. */

import type { Present } from '../core/present.js';
import { absoluteTime, clockTime, relativeTime } from './time.js';
import type { Strings } from './translator.js';

/** Where somebody is, as far as this page can tell. */
export interface Where {
  /** From the project's root. */
  path: string;
  /** The number of the cell, from 1; null where it is not known, or there are none. */
  cell: number | null;
  /** That of the cell that runs. */
  runs: number | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export function statusText(
  { status, since, last_seen }: Present,
  now: number,
  trans: Strings,
): string {
  const begun = since === null ? Number.NaN : Date.parse(since);
  switch (status) {
    case 'online':
      return Number.isNaN(begun)
        ? trans.__('Online')
        : trans.__('Online, there since %1', sinceText(begun, now));
    case 'away':
      return Number.isNaN(begun)
        ? trans.__('Away')
        : trans.__('Away since %1', sinceText(begun, now));
    case 'offline':
      return last_seen === null
        ? trans.__('Offline')
        : trans.__('Last seen %1', relativeTime(Date.parse(last_seen), now));
  }
}

/** A time of day says which day where that is not today's. */
const sinceText = (begun: number, now: number): string =>
  now - begun < DAY_MS ? clockTime(begun) : absoluteTime(begun);

export const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** What somebody does where; empty where nobody knows. */
export function doingText(
  { status, mode, running }: Present,
  where: Where | null,
  now: number,
  trans: Strings,
): string {
  if (status === 'offline' || where === null) {
    return '';
  }
  const file = fileName(where.path);
  if (running !== null) {
    const time = durationText(now - Date.parse(running.since), trans);
    return where.runs === null
      ? trans.__('Running a cell of %1 (%2)', file, time)
      : trans.__('Running cell %1 of %2 (%3)', where.runs, file, time);
  }
  if (where.cell === null) {
    return mode === 'edit' ? trans.__('Editing %1', file) : trans.__('In %1', file);
  }
  return mode === 'edit'
    ? trans.__('Editing cell %1 of %2', where.cell, file)
    : trans.__('In %1, cell %2', file, where.cell);
}

export function durationText(milliseconds: number, trans: Strings): string {
  if (milliseconds >= HOUR_MS) {
    const minutes = Math.floor((milliseconds % HOUR_MS) / MINUTE_MS);
    return trans.__('%1 h %2 min', Math.floor(milliseconds / HOUR_MS), minutes);
  }
  return milliseconds >= MINUTE_MS
    ? trans.__('%1 min', Math.floor(milliseconds / MINUTE_MS))
    : trans.__('less than a minute');
}

/** All that is known of somebody, a line each. */
export function personLines(
  person: Present,
  where: Where | null,
  now: number,
  trans: Strings,
): string[] {
  const lines = [
    person.user.display_name,
    statusText(person, now, trans),
    doingText(person, where, now, trans),
  ];
  return lines.filter(line => line !== '');
}
