/** People's own long jobs, above the analyses; nothing where there are none. */

import type { StoreApi } from 'zustand/vanilla';

import { type Job, type JobsState, nameOf } from '../core/jobs.js';
import { useStore } from './hooks.js';
import { JobCard } from './JobCard.js';
import { useStrings } from './translator.js';

interface Props {
  jobs: StoreApi<JobsState>;
  stale: boolean;
  onCancel: (job: Job) => void;
}

export function JobList({ jobs: store, stale, onCancel }: Props) {
  const trans = useStrings();
  const { jobs } = useStore(store);
  return jobs.length === 0 ? null : (
    <div className="jrt-jobs" role="feed" aria-label={trans.__('Long jobs')}>
      {jobs.map((job, index) => (
        <JobCard
          key={nameOf(job)}
          job={job}
          position={index + 1}
          count={jobs.length}
          stale={stale}
          onCancel={() => onCancel(job)}
        />
      ))}
    </div>
  );
}
