/**
 * The page's picture of analyses, from the rooms of a project and of its runs.
 *
 * Rules
 * 1. A run's issues stand in the order of the log, each once.
 * 2. Progress never goes backwards, and a run that is over stays over.
 * 3. Views are told at most once a frame of the screen, however much arrives.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Connection } from './connection.js';
import type {
  Analysis,
  AnalysisIssues,
  DetectorProgress,
  DetectorState,
  Issue,
  LoggedEvent,
  StateEntry,
} from './protocol.js';

export interface RunView {
  analysis: Analysis;
  issues: Issue[];
  /** Whether everything that is known of it up to now has arrived. */
  complete: boolean;
  /** Whether what is shown may be old, because the connection is down. */
  stale: boolean;
  error: string | null;
}

export interface AnalysesState {
  runs: Record<string, RunView>;
  /** Ids, the newest first, without those that were dismissed. */
  order: string[];
}

export interface StartRequest {
  paths: string[];
  project?: string;
  detectors?: string[];
}

const OVER = new Set(['cancelled', 'succeeded', 'partial', 'failed']);
const SNAPSHOTS = new Set([
  'analysis:started',
  'analysis:complete',
  'analysis:error',
  'analysis:cancelled',
  'analysis:progress',
]);

export const isOver = (analysis: Analysis): boolean => OVER.has(analysis.state);

interface Run {
  analysis: Analysis;
  issues: Issue[];
  seen: Set<string>;
  complete: boolean;
  error: string | null;
  cancelling: boolean;
}

export class Analyses {
  readonly store: StoreApi<AnalysesState>;
  private readonly runs = new Map<string, Run>();
  private readonly dismissed = new Set<string>();
  private readonly changed = new Set<string>();
  private scheduled = false;
  private readonly followed = new Map<string, { count: number; leave: () => void }>();

  constructor(private readonly connection: Connection) {
    this.store = createStore<AnalysesState>(() => ({ runs: {}, order: [] }));
    connection.store.subscribe((now, before) => {
      if (now.status !== before.status) {
        this.touchAll();
      }
    });
  }

  /** Show the runs of a project: those under way, the latest, and those that others start. */
  followProject(project: string): () => void {
    return this.connection.subscribe(`project:${project}`, {
      onBoard: states => states.forEach(state => this.onState(state)),
      onState: state => this.onState(state),
      onEvent: event => this.onSnapshot(event.event, event.data),
    });
  }

  /** Show everything of a run, its issues too. */
  follow(run: string): () => void {
    const known = this.followed.get(run);
    if (known) {
      known.count += 1;
    } else {
      const leave = this.connection.subscribe(
        `analysis:${run}`,
        {
          onBoard: states => states.forEach(state => this.onState(state)),
          onState: state => this.onState(state),
          onEvent: event => this.onEvent(event),
          onReady: () => this.change(run, it => Object.assign(it, { complete: true, error: null })),
          onLost: () => void this.load(run),
          onError: error => this.change(run, it => Object.assign(it, { error: error.message })),
        },
        'earliest',
      );
      this.followed.set(run, { count: 1, leave });
    }
    return this.once(() => this.unfollow(run));
  }

  private unfollow(run: string): void {
    const known = this.followed.get(run);
    if (known) {
      known.count -= 1;
      if (known.count === 0) {
        this.followed.delete(run);
        known.leave();
      }
    }
  }

  private once(act: () => void): () => void {
    let done = false;
    return () => {
      if (!done) {
        done = true;
        act();
      }
    };
  }

  /** Start a run; its card is there when this resolves. */
  async start(request: StartRequest): Promise<string> {
    const analysis = await this.connection.rest.post<Analysis>('analyses', request);
    this.put(analysis);
    return analysis.id;
  }

  /** Ask for the end of a run; shown at once, and taken back if it can't be asked for. */
  async cancel(run: string): Promise<void> {
    this.change(run, it => Object.assign(it, { cancelling: true, error: null }));
    try {
      await this.connection.rest.delete<Analysis>(`analyses/${run}`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.change(run, it => {
        it.cancelling = false;
        // A run that has ended meanwhile needs no apology.
        it.error = isOver(it.analysis) ? null : message;
      });
    }
  }

  /** Show a run no more, on this page. */
  dismiss(run: string): void {
    this.dismissed.add(run);
    this.touch(run);
  }

  /** Continuity can't be proved: take the run as REST has it. */
  private async load(run: string): Promise<void> {
    const issues: Issue[] = [];
    let cursor = '';
    do {
      const page = await this.connection.rest.get<{ items: Issue[]; next: string | null }>(
        `analyses/${run}/issues?limit=1000${cursor}`,
      );
      issues.push(...page.items);
      cursor = page.next === null ? '' : `&cursor=${encodeURIComponent(page.next)}`;
    } while (cursor);
    this.put(await this.connection.rest.get<Analysis>(`analyses/${run}`));
    this.change(run, it => {
      it.issues = issues;
      it.seen = new Set(issues.map(issue => issue.id));
    });
  }

  // -- what arrives

  private onEvent(event: LoggedEvent): void {
    if (event.event === 'analysis:issues') {
      this.addIssues(event.data as AnalysisIssues);
    } else if (event.event === 'analysis:detector:complete') {
      this.onLane(event.data as DetectorProgress);
    } else if (event.event === 'analysis:cancel-requested') {
      const run = (event.data as { analysis: string }).analysis;
      this.change(run, it => Object.assign(it, { cancelling: true }));
    } else {
      this.onSnapshot(event.event, event.data);
    }
  }

  private onState(entry: StateEntry): void {
    if (entry.event === 'analysis:detector:progress' && entry.data !== null) {
      this.onLane(entry.data as DetectorProgress);
    } else {
      this.onSnapshot(entry.event, entry.data);
    }
  }

  private onSnapshot(event: string, data: unknown): void {
    if (SNAPSHOTS.has(event) && data !== null) {
      this.put(data as Analysis);
    }
  }

  private onLane(lane: DetectorProgress): void {
    this.change(lane.analysis, it => {
      const detectors = it.analysis.detectors.map(old =>
        old.name === lane.name ? laterLane(old, lane) : old,
      );
      it.analysis = { ...it.analysis, detectors };
    });
  }

  private addIssues({ analysis, issues }: AnalysisIssues): void {
    this.change(analysis, it => {
      for (const issue of issues) {
        if (!it.seen.has(issue.id)) {
          it.seen.add(issue.id);
          it.issues.push(issue);
        }
      }
    });
  }

  private put(analysis: Analysis): void {
    const known = this.runs.get(analysis.id);
    if (known) {
      this.change(analysis.id, it => {
        it.analysis = laterRun(it.analysis, analysis);
      });
      return;
    }
    this.runs.set(analysis.id, {
      analysis,
      issues: [],
      seen: new Set(),
      complete: false,
      error: null,
      cancelling: false,
    });
    this.touch(analysis.id);
  }

  // -- telling the views

  private change(run: string, how: (run: Run) => unknown): void {
    const known = this.runs.get(run);
    if (known) {
      how(known);
      this.touch(run);
    }
  }

  private touchAll(): void {
    for (const run of this.runs.keys()) {
      this.touch(run);
    }
  }

  private touch(run: string): void {
    this.changed.add(run);
    if (!this.scheduled) {
      this.scheduled = true;
      nextFrame(() => this.publish());
    }
  }

  private publish(): void {
    this.scheduled = false;
    const stale = this.connection.store.getState().status !== 'online';
    const runs = { ...this.store.getState().runs };
    for (const id of this.changed) {
      const run = this.runs.get(id);
      if (run) {
        runs[id] = viewOf(run, stale);
      }
    }
    this.changed.clear();
    this.store.setState({ runs, order: this.inOrder() });
  }

  private inOrder(): string[] {
    return [...this.runs.keys()]
      .filter(id => !this.dismissed.has(id))
      .sort((a, b) => this.startedAt(b).localeCompare(this.startedAt(a)));
  }

  private startedAt(id: string): string {
    // A queued run has no start yet, and is the newest.
    return this.runs.get(id)?.analysis.started ?? '9';
  }
}

function viewOf(run: Run, stale: boolean): RunView {
  const cancelling = run.cancelling && !isOver(run.analysis);
  return {
    analysis: cancelling ? { ...run.analysis, state: 'cancelling' } : run.analysis,
    issues: [...run.issues],
    complete: run.complete,
    stale,
    error: run.error,
  };
}

/** A replayed start must not undo an end, nor a replayed lane a later one. */
function laterRun(old: Analysis, fresh: Analysis): Analysis {
  if (isOver(old) && !isOver(fresh)) {
    return old;
  }
  const lanes = new Map(old.detectors.map(lane => [lane.name, lane]));
  const detectors = fresh.detectors.map(lane => {
    const known = lanes.get(lane.name);
    return known ? laterLane(known, lane) : lane;
  });
  return {
    ...fresh,
    progress: Math.max(old.progress, fresh.progress),
    detectors: detectors.length > 0 ? detectors : old.detectors,
    counts: total(fresh) >= total(old) ? fresh.counts : old.counts,
  };
}

const RANK: Record<string, number> = { queued: 0, running: 1 };
const rank = (lane: DetectorState): number => RANK[lane.state] ?? 2;

function laterLane<Lane extends DetectorState>(old: DetectorState, fresh: Lane): DetectorState {
  if (rank(fresh) !== rank(old)) {
    return rank(fresh) > rank(old) ? fresh : old;
  }
  return fresh.done >= old.done ? { ...fresh, issues: Math.max(old.issues, fresh.issues) } : old;
}

const total = (analysis: Analysis): number =>
  Object.values(analysis.counts).reduce((sum, count) => sum + count, 0);

const FRAME_MS = 16;

/** In a hidden tab no frame is drawn, but the picture must still be kept. */
function nextFrame(act: () => void): void {
  if (typeof requestAnimationFrame === 'function' && !globalThis.document?.hidden) {
    requestAnimationFrame(act);
  } else {
    setTimeout(act, FRAME_MS);
  }
}
