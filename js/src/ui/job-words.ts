/** How somebody's own job stands, in words. */

import type { Job } from '../core/jobs.js';
import type { Strings } from './translator.js';

const count = (value: number): string =>
  new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 }).format(value);

/** How far it is, from 0 to 1; null where nobody knows of how much. */
export function shareOf({ done, total }: Pick<Job, 'done' | 'total'>): number | null {
  return total === null || total <= 0 ? null : Math.min(1, Math.max(0, done / total));
}

/** "12 of 40 epochs". */
export function doneText({ done, total, unit }: Job, trans: Strings): string {
  const words = total === null ? count(done) : trans.__('%1 of %2', count(done), count(total));
  return unit === '' ? words : `${words} ${unit}`;
}

export function jobText(job: Job, trans: Strings): string {
  switch (job.status) {
    case 'running':
      return job.cancelling ? trans.__('Cancelling…') : trans.__('Running');
    case 'succeeded':
      return trans.__('Finished');
    case 'failed':
      return job.message ? trans.__('Failed: %1', job.message) : trans.__('Failed');
    case 'cancelled':
      return trans.__('Cancelled');
  }
}
