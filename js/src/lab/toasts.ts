/**
 * Toasts for what ends, fails or is critical while it is out of sight.
 *
 * One toast for all of it: what comes while it is there adds to its words. What was closed stays closed
 * until something else happens.
 */

import { Notification } from '@jupyterlab/apputils';

import type { Analyses, AnalysesState } from '../core/analyses.js';
import type { Analysis } from '../core/protocol.js';
import { isFinished } from '../ui/progress-words.js';
import { titleOf } from '../ui/RunCard.js';
import { totalOf } from '../ui/SeverityCounts.js';
import type { Strings } from '../ui/translator.js';

const SHOWN_MILLISECONDS = 6000;
const GATHER_MILLISECONDS = 500;

/** What a toast is about: that runs ended, or that one found something critical before its end. */
export type News = { run: Analysis; kind: 'ended' | 'critical' };

interface Options {
  analyses: Analyses;
  trans: Strings;
  /** Whether the person sees how the run stands. */
  isOnScreen: (run: string) => boolean;
  showPanel: () => void;
  /** Runs that nobody has asked for: only what is critical or failed is told of them. */
  isQuiet: (run: string) => boolean;
}

export class Toasts {
  enabled = true;
  private readonly seen = new Map<string, 'going' | 'critical' | 'told'>();
  private waiting: News[] = [];
  private shown: { id: string; until: number; news: News[] } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: Options) {
    options.analyses.store.subscribe(state => this.look(state));
  }

  private look({ runs }: AnalysesState): void {
    for (const { analysis } of Object.values(runs)) {
      const news = newsOf(analysis, this.seen);
      if (news && this.wants(news)) {
        this.waiting.push(news);
        this.timer ??= setTimeout(() => this.tell(), GATHER_MILLISECONDS);
      }
    }
  }

  private wants({ run, kind }: News): boolean {
    const isGrave = kind === 'critical' || run.state === 'failed' || run.counts.critical > 0;
    return this.enabled && (isGrave || !this.options.isQuiet(run.id));
  }

  private tell(): void {
    this.timer = undefined;
    const { trans, showPanel, isOnScreen } = this.options;
    const news = this.waiting.filter(({ run }) => !isOnScreen(run.id));
    this.waiting = [];
    if (news.length === 0) {
      return;
    }
    const before = this.shown && this.shown.until > Date.now() ? this.shown : null;
    const all = mergeNews([...(before?.news ?? []), ...news]);
    if (before) {
      Notification.dismiss(before.id);
    }
    const id = Notification.emit(wordsOf(all, trans), typeOf(all), {
      autoClose: SHOWN_MILLISECONDS,
      actions: [{ label: trans.__('Show'), callback: showPanel }],
    });
    this.shown = { id, until: Date.now() + SHOWN_MILLISECONDS, news: all };
  }
}

/** What is new of a run since it was looked at last; runs that were over when they came are no news. */
export function newsOf(
  run: Analysis,
  seen: Map<string, 'going' | 'critical' | 'told'>,
): News | null {
  const before = seen.get(run.id);
  if (isFinished(run)) {
    seen.set(run.id, 'told');
    const isNews = before === 'going' || before === 'critical';
    return isNews && run.state !== 'cancelled' ? { run, kind: 'ended' } : null;
  }
  if (before === undefined || before === 'going') {
    const isCritical = run.counts.critical > 0;
    seen.set(run.id, isCritical ? 'critical' : 'going');
    return isCritical && before === 'going' ? { run, kind: 'critical' } : null;
  }
  return null;
}

/** The latest of each run. */
export function mergeNews(news: readonly News[]): News[] {
  return [...new Map(news.map(one => [one.run.id, one])).values()];
}

export function wordsOf(news: readonly News[], trans: Strings): string {
  const [first] = news;
  if (news.length !== 1 || !first) {
    const total = news.reduce((sum, { run }) => sum + totalOf(run.counts), 0);
    const critical = news.reduce((sum, { run }) => sum + run.counts.critical, 0);
    const failed = news.filter(({ run }) => run.state === 'failed').length;
    return [
      trans._n('%1 analysis', '%1 analyses', news.length),
      trans._n('%1 issue', '%1 issues', total),
      ...(critical > 0 ? [trans.__('%1 critical', critical)] : []),
      ...(failed > 0 ? [trans.__('%1 failed', failed)] : []),
    ].join(', ');
  }
  const { run, kind } = first;
  const name = titleOf(run.paths, trans);
  if (kind === 'critical') {
    return trans._n(
      '%2: %1 critical issue so far',
      '%2: %1 critical issues so far',
      run.counts.critical,
      name,
    );
  }
  if (run.state === 'failed') {
    return trans.__('The analysis of %1 failed: %2', name, run.error ?? '');
  }
  const found = trans._n('%2: %1 issue', '%2: %1 issues', totalOf(run.counts), name);
  return run.counts.critical > 0 ? trans.__('%1, %2 critical', found, run.counts.critical) : found;
}

function typeOf(news: readonly News[]): 'success' | 'warning' | 'error' {
  if (news.some(({ run }) => run.state === 'failed')) {
    return 'error';
  }
  return news.some(({ run }) => run.counts.critical > 0) ? 'warning' : 'success';
}
