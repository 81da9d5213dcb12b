/**
 * The page's picture of analyses, from the rooms of a project and of its runs.
 *
 * Rules
 * 1. A run's issues stand in the order of the log, each once.
 * 2. Progress never goes backwards, and a run that is over stays over.
 * 3. Views are told at most once a frame of the screen, however much arrives.
 * 4. Where the log is not the whole story (it was pruned, or lost), REST tells the rest.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Connection } from './connection.js';
import { nextFrame } from './frames.js';
import type { Analysis, Issue, LoggedEvent, StateEntry } from './protocol.js';
import { RestError } from './rest.js';
import type { RoomHandler } from './room.js';
import { RunRecord, type RunView } from './run-record.js';

export { isOver } from './run-merge.js';
export type { RunView } from './run-record.js';

export interface AnalysesState {
  runs: Record<string, RunView>;
  /** Ids, the newest first, without those that were dismissed. */
  order: string[];
}

export interface StartRequest {
  paths: string[];
  project?: string;
  detectors?: string[];
  /** The name of the baseline that the issues are compared with. */
  baseline?: string;
  /** One of many: its starter is not notified of its end, unless it failed. */
  quiet?: boolean;
}

const LOAD_AGAIN_SECONDS = 5;
const ISSUES_A_PAGE = 1000;
const RUNS_OF_HISTORY = 50;

export class Analyses {
  readonly store: StoreApi<AnalysesState>;
  private readonly runs = new Map<string, RunRecord>();
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
      onBoard: states => this.onBoard(states),
      onState: state => this.onState(state),
      onEvent: event => this.onEvent(event),
    });
  }

  /** Show everything of a run, its issues too. */
  follow(run: string): () => void {
    const known = this.followed.get(run);
    if (known) {
      known.count += 1;
    } else {
      const handler = this.handlerOf(run);
      const leave = this.connection.subscribe(`analysis:${run}`, handler, 'earliest');
      this.followed.set(run, { count: 1, leave });
    }
    return once(() => this.unfollow(run));
  }

  private handlerOf(run: string): RoomHandler {
    return {
      onBoard: states => this.onBoard(states),
      onState: state => this.onState(state),
      onEvent: event => this.onEvent(event),
      onReady: () => this.onReady(run),
      onLost: () => void this.load(run),
      onError: error =>
        this.change(run, it => {
          it.error = error.message;
        }),
    };
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

  /** Start a run; its card is there when this resolves. */
  async start(request: StartRequest): Promise<string> {
    const analysis = await this.connection.rest.post<Analysis>('analyses', request);
    this.put(analysis);
    this.publish();
    return analysis.id;
  }

  /** Ask for the end of a run; shown at once, and taken back, with the reason, if it can't be asked for. */
  async cancel(run: string): Promise<void> {
    const wish = (cancelling: boolean) =>
      this.change(run, it => {
        it.cancelling = cancelling;
      });
    wish(true);
    try {
      this.put(await this.connection.rest.delete<Analysis>(`analyses/${run}`));
    } catch (error) {
      wish(false);
      // A run that has ended meanwhile needs no apology.
      if (!this.runs.get(run)?.isOver) {
        throw error;
      }
    }
  }

  /** Show a run no more, on this page. */
  dismiss(run: string): void {
    this.dismissed.add(run);
    this.touch(run);
  }

  /** The latest runs of a project, the newest first. */
  async history(project: string): Promise<Analysis[]> {
    const query = `project=${encodeURIComponent(project)}&limit=${RUNS_OF_HISTORY}`;
    const page = await this.connection.rest.get<{ items: Analysis[] }>(`analyses?${query}`);
    return page.items;
  }

  /** Show an earlier run among the present ones. */
  recall(analysis: Analysis): void {
    this.dismissed.delete(analysis.id);
    this.put(analysis);
    this.publish();
  }

  // -- what REST knows

  private async load(run: string): Promise<void> {
    let ticket = this.runs.get(run)?.beginLoading();
    try {
      const analysis = await this.connection.rest.get<Analysis>(`analyses/${run}`);
      this.put(analysis);
      ticket ??= this.runs.get(run)?.beginLoading() ?? [];
      const issues = await this.allIssues(run);
      this.runs.get(run)?.loaded(ticket, issues);
    } catch (error) {
      this.runs.get(run)?.loadFailed(ticket ?? [], messageOf(error));
      this.loadLater(run, error);
    }
    this.touch(run);
  }

  private async allIssues(run: string): Promise<Issue[]> {
    const issues: Issue[] = [];
    let from = '';
    for (;;) {
      const page = await this.connection.rest.get<{ items: Issue[]; next: string | null }>(
        `analyses/${run}/issues?limit=${ISSUES_A_PAGE}${from}`,
      );
      issues.push(...page.items);
      if (page.next === null) {
        return issues;
      }
      from = `&cursor=${encodeURIComponent(page.next)}`;
    }
  }

  private loadLater(run: string, error: unknown): void {
    // A request that never got there may be repeated; so may those that the server says so of.
    const isFinal = error instanceof RestError && !error.retryable;
    if (!isFinal) {
      const seconds = (error instanceof RestError && error.retryAfter) || LOAD_AGAIN_SECONDS;
      setTimeout(() => this.followed.has(run) && this.onReady(run), seconds * 1000);
    }
  }

  // -- what arrives

  private onBoard(states: StateEntry[]): void {
    for (const state of states) {
      this.onState(state);
    }
  }

  /** All that the log has of the run has arrived. */
  private onReady(run: string): void {
    const known = this.runs.get(run);
    if (known?.isLoading) {
      return;
    }
    if (!known || known.lacksIssues) {
      void this.load(run);
    } else {
      known.complete = true;
      known.error = null;
      this.touch(run);
    }
  }

  private onEvent(event: LoggedEvent): void {
    switch (event.event) {
      case 'analysis:issues': {
        const { analysis, issues } = event.data;
        this.change(analysis, it => it.append(issues));
        break;
      }
      case 'analysis:detector:complete': {
        const lane = event.data;
        this.change(lane.analysis, it => it.putLane(lane));
        break;
      }
      case 'analysis:cancel-requested':
        this.change(event.data.analysis, it => {
          it.cancelling = true;
        });
        break;
      case 'analysis:started':
      case 'analysis:complete':
      case 'analysis:error':
      case 'analysis:cancelled':
        this.put(event.data);
    }
  }

  private onState(state: StateEntry): void {
    if (state.event === 'analysis:progress' && state.data !== null) {
      this.put(state.data);
    } else if (state.event === 'analysis:detector:progress' && state.data !== null) {
      const lane = state.data;
      this.change(lane.analysis, it => it.putLane(lane));
    }
  }

  private put(analysis: Analysis): void {
    const known = this.runs.get(analysis.id);
    if (known) {
      known.put(analysis);
    } else {
      this.runs.set(analysis.id, new RunRecord(analysis));
    }
    this.touch(analysis.id);
  }

  // -- telling the views

  private change(run: string, how: (record: RunRecord) => void): void {
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
      nextFrame(() => {
        this.scheduled = false;
        this.publish();
      });
    }
  }

  private publish(): void {
    if (this.changed.size === 0) {
      return;
    }
    const stale = this.connection.store.getState().status !== 'online';
    const runs = { ...this.store.getState().runs };
    for (const id of this.changed) {
      const record = this.runs.get(id);
      if (record) {
        runs[id] = record.view(stale);
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

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) {
      done = true;
      act();
    }
  };
}
