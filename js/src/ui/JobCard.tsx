/** Somebody's own long job: who does it, how far it is, and how to end it. */

import { type RefObject, useEffect, useRef } from 'react';

import type { Job } from '../core/jobs.js';
import { Milestones, milestoneOf } from './announce.js';
import { useElementId } from './hooks.js';
import { doneText, jobText, shareOf } from './job-words.js';
import { etaText } from './progress-words.js';
import { Stale } from './RunBar.js';
import { useStall } from './stall.js';
import { absoluteTime } from './time.js';
import { useStrings } from './translator.js';

interface Props {
  job: Job;
  position: number;
  count: number;
  stale: boolean;
  onCancel: () => void;
}

export function JobCard({ job, position, count, stale, onCancel }: Props) {
  const trans = useStrings();
  const title = useElementId();
  const [card, button] = [useRef<HTMLElement>(null), useRef<HTMLButtonElement>(null)];
  const isRunning = job.status === 'running';
  useFocusAfter(button, card, isRunning);
  return (
    <article
      ref={card}
      className="jrt-job"
      aria-labelledby={title}
      aria-posinset={position}
      aria-setsize={count}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the articles of a feed take the focus
      tabIndex={0}
      data-jrt-progress={job.name}
      data-jrt-state={stateOf(job)}
    >
      <header className="jrt-job-head">
        <h3 id={title} className="jrt-job-title" title={job.name}>
          {job.name}
        </h3>
        {isRunning && <CancelButton job={job} place={button} onCancel={onCancel} />}
      </header>
      <JobBar job={job} stale={stale} />
      {job.problem !== null && (
        <p className="jrt-note jrt-note-error" role="alert">
          {trans.__('Not cancelled: %1', job.problem)}
        </p>
      )}
      <JobAnnouncer job={job} />
    </article>
  );
}

const stateOf = ({ status, cancelling }: Job): string =>
  status === 'running' && cancelling ? 'cancelling' : status;

/** The button goes with the job's end; a focus that was on it stays with the job. */
function useFocusAfter(
  button: RefObject<HTMLElement | null>,
  card: RefObject<HTMLElement | null>,
  isRunning: boolean,
): void {
  const wasFocused = button.current !== null && button.current === document.activeElement;
  useEffect(() => {
    if (wasFocused && !isRunning) {
      card.current?.focus();
    }
  }, [wasFocused, isRunning, card]);
}

function Who({ job: { actor, started } }: { job: Job }) {
  const trans = useStrings();
  const who =
    actor.kind === 'program' ? trans.__('A program of %1', actor.display_name) : actor.display_name;
  const since = Date.parse(started);
  const title = Number.isNaN(since) ? who : trans.__('%1, since %2', who, absoluteTime(since));
  return (
    <span className="jrt-job-who" title={title}>
      {actor.display_name}
    </span>
  );
}

interface CancelProps {
  job: Job;
  place: RefObject<HTMLButtonElement>;
  onCancel: () => void;
}

function CancelButton({ job, place, onCancel }: CancelProps) {
  const trans = useStrings();
  const words = job.cancelling ? trans.__('Cancelling…') : trans.__('Cancel');
  return (
    <button
      ref={place}
      type="button"
      className="jrt-button jrt-button-small"
      aria-label={`${words} ${job.name}`}
      // Not `disabled`: that would take the focus away from under the person.
      aria-disabled={job.cancelling}
      onClick={job.cancelling ? undefined : onCancel}
      data-jrt-progress-cancel=""
    >
      {words}
    </button>
  );
}

function JobBar({ job, stale }: { job: Job; stale: boolean }) {
  const trans = useStrings();
  const share = shareOf(job);
  const known = share === null ? {} : { 'aria-valuenow': Math.floor(share * 100) };
  return (
    <div className="jrt-runbar">
      <div
        className={share === null && job.status === 'running' ? 'jrt-bar jrt-bar-open' : 'jrt-bar'}
        role="progressbar"
        aria-label={trans.__('Progress of %1', job.name)}
        aria-valuemin={0}
        aria-valuemax={100}
        {...known}
        aria-valuetext={doneText(job, trans)}
        data-jrt-state={stateOf(job)}
      >
        <div className="jrt-bar-fill" style={{ transform: `scaleX(${fillOf(job, share)})` }} />
      </div>
      <div className="jrt-runbar-words">
        <Who job={job} />
        <span className="jrt-done">{doneText(job, trans)}</span>
        {job.status !== 'running' ? <End job={job} /> : stale ? <Stale /> : <Eta job={job} />}
      </div>
      {job.status === 'running' && job.message && <p className="jrt-job-message">{job.message}</p>}
    </div>
  );
}

function End({ job }: { job: Job }) {
  return <span className="jrt-job-end">{jobText(job, useStrings())}</span>;
}

/** Where nobody knows of how much, the end is still a whole bar. */
const fillOf = ({ status }: Job, share: number | null): number =>
  share ?? (status === 'running' ? 0 : 1);

function Eta({ job }: { job: Job }) {
  const trans = useStrings();
  const stalled = useStall(job.done);
  const words =
    job.total === null || job.cancelling ? '' : etaText(job.eta_seconds, stalled, trans);
  return <span className="jrt-eta">{words}</span>;
}

function JobAnnouncer({ job }: { job: Job }) {
  const trans = useStrings();
  const milestone = milestoneOf({ state: job.status, progress: shareOf(job) ?? 0 });
  const how = /\d/.test(milestone ?? '') ? trans.__('%1 percent', milestone) : jobText(job, trans);
  return <Milestones milestone={milestone} words={trans.__('%1: %2', job.name, how)} />;
}
