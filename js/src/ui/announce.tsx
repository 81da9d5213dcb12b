/** What a screen reader is told of long work: the start, the quarters and the end; failures at once. */

import { useRef } from 'react';

import type { Analysis } from '../core/protocol.js';
import { isFinished, percent, stateText } from './progress-words.js';
import { useQuiet } from './Returning.js';
import { totalOf } from './SeverityCounts.js';
import { type Strings, useStrings } from './translator.js';

export type Milestone = 'start' | '25' | '50' | '75' | 'done' | 'failed' | null;

export function milestoneOf(run: Pick<Analysis, 'state' | 'progress'>): Milestone {
  if (run.state === 'failed') {
    return 'failed';
  }
  if (isFinished(run)) {
    return 'done';
  }
  if (run.state === 'queued') {
    return null;
  }
  const quarter = Math.floor(percent(run) / 25);
  return (['start', '25', '50', '75', '75'] as const)[quarter] ?? null;
}

function announcement(milestone: Milestone, run: Analysis, title: string, trans: Strings): string {
  switch (milestone) {
    case null:
      return '';
    case 'start':
      return trans.__('Analysis of %1 started', title);
    case 'done': {
      const issues = trans._n('%1 issue', '%1 issues', totalOf(run.counts));
      return trans.__('Analysis of %1: %2, %3', title, stateText(run, trans), issues);
    }
    case 'failed':
      return trans.__('Analysis of %1: %2', title, stateText(run, trans));
    default:
      return trans.__('Analysis of %1: %2 percent', title, milestone);
  }
}

export function Announcer({ run, title }: { run: Analysis; title: string }) {
  const trans = useStrings();
  const milestone = milestoneOf(run);
  return <Milestones milestone={milestone} words={announcement(milestone, run, title, trans)} />;
}

export function Milestones({ milestone, words: said }: { milestone: Milestone; words: string }) {
  // What was so when the page came is no news; nor is, by itself, what was missed while it was offline.
  const isQuiet = useQuiet();
  const old = useRef<{ milestone: Milestone } | null>({ milestone });
  if (isQuiet) {
    old.current = { milestone };
  } else if (old.current?.milestone !== milestone) {
    old.current = null;
  }
  const words = old.current ? '' : said;
  const failed = milestone === 'failed';
  return (
    <>
      <div role="status" aria-live="polite" className="jrt-hidden">
        {failed ? '' : words}
      </div>
      <div role="alert" className="jrt-hidden">
        {failed ? words : ''}
      </div>
    </>
  );
}
