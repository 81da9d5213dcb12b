/**
 * What people decide about issues: dismissals with a reason, and baselines that have a name.
 *
 * What I decide shows at once, and is taken back if the server refuses it. What others decide arrives in
 * the room of the project.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Connection } from './connection.js';
import type { Actor, Issue, LoggedEvent } from './protocol.js';

export interface Dismissal {
  fingerprint: string;
  path: string;
  rule: string;
  detector: string;
  reason: string;
  actor: Actor | null;
  created_at: string;
}

export interface Baseline {
  name: string;
  analysis: string;
  count: number;
  actor: Actor | null;
  created_at: string;
}

/** Of one project. A dismissal that was taken back is null: the run may still say "dismissed". */
export interface ProjectTriage {
  dismissals: Readonly<Record<string, Dismissal | null>>;
  baselines: readonly Baseline[];
  loaded: boolean;
  /** Whether the person may decide: a viewer only looks. */
  mayDecide: boolean;
}

export interface TriageState {
  projects: Readonly<Record<string, ProjectTriage>>;
}

export const NO_TRIAGE: ProjectTriage = {
  dismissals: {},
  baselines: [],
  loaded: false,
  mayDecide: false,
};

type Known = Pick<Issue, 'fingerprint' | 'path'>;

export const triageKey = ({ fingerprint, path }: Known): string => `${fingerprint} ${path}`;

/** The status of an issue as people have decided since it was found. */
export function statusNow(issue: Issue, triage: ProjectTriage): Issue['status'] {
  const decided = triage.dismissals[triageKey(issue)];
  if (decided) {
    return 'dismissed';
  }
  return decided === null && issue.status === 'dismissed' ? 'ongoing' : issue.status;
}

export class Triage {
  readonly store: StoreApi<TriageState> = createStore<TriageState>(() => ({ projects: {} }));
  private readonly followed = new Set<string>();

  constructor(private readonly connection: Connection) {}

  /** Keep what is decided in a project up to date. */
  followProject(project: string): void {
    if (!this.followed.has(project)) {
      this.followed.add(project);
      this.connection.subscribe(`project:${project}`, {
        onReady: () => void this.load(project),
        onEvent: event => this.onEvent(project, event),
      });
    }
  }

  of(project: string): ProjectTriage {
    return this.store.getState().projects[project] ?? NO_TRIAGE;
  }

  async dismiss(project: string, issue: Issue, reason: string): Promise<void> {
    const { fingerprint, path, rule, detector } = issue;
    const created_at = new Date().toISOString();
    const row = { fingerprint, path, rule, detector, reason, actor: null, created_at };
    await this.decide(project, issue, row, () =>
      this.connection.rest.put(`projects/${project}/dismissals`, { fingerprint, path, reason }),
    );
  }

  async restore(project: string, issue: Known): Promise<void> {
    const at = encodeURIComponent(issue.fingerprint);
    const query = `path=${encodeURIComponent(issue.path)}`;
    await this.decide(project, issue, null, () =>
      this.connection.rest.delete(`projects/${project}/dismissals/${at}?${query}`),
    );
  }

  async keepBaseline(project: string, name: string, analysis: string): Promise<void> {
    const at = `projects/${project}/baselines/${encodeURIComponent(name)}`;
    await this.connection.rest.put<Baseline>(at, { analysis });
    await this.load(project);
  }

  async dropBaseline(project: string, name: string): Promise<void> {
    await this.connection.rest.delete(`projects/${project}/baselines/${encodeURIComponent(name)}`);
    await this.load(project);
  }

  private async decide(
    project: string,
    issue: Known,
    row: Dismissal | null,
    ask: () => Promise<unknown>,
  ): Promise<void> {
    const key = triageKey(issue);
    const before = this.of(project).dismissals[key];
    this.put(project, key, row);
    try {
      await ask();
    } catch (error) {
      this.put(project, key, before);
      throw error;
    }
  }

  private async load(project: string): Promise<void> {
    try {
      const [dismissals, baselines, { role }] = await Promise.all([
        this.all<Dismissal>(`projects/${project}/dismissals`),
        this.all<Baseline>(`projects/${project}/baselines`),
        this.connection.rest.get<{ role: string }>(`projects/${project}`),
      ]);
      // What was taken back on this page stays so: an older run still calls it dismissed.
      const old = this.of(project).dismissals;
      const gone = Object.keys(old).map(key => [key, null] as const);
      const rows = dismissals.map(row => [triageKey(row), row] as const);
      this.change(project, {
        dismissals: Object.fromEntries([...gone, ...rows]),
        baselines,
        loaded: true,
        mayDecide: role !== 'viewer',
      });
    } catch {
      // The next connection asks again; the runs' own statuses are shown until then.
    }
  }

  private async all<Row>(path: string): Promise<Row[]> {
    const rows: Row[] = [];
    let cursor = '';
    for (;;) {
      const page = await this.connection.rest.get<{ items: Row[]; next: string | null }>(
        `${path}?limit=1000${cursor}`,
      );
      rows.push(...page.items);
      if (page.next === null) {
        return rows;
      }
      cursor = `&cursor=${encodeURIComponent(page.next)}`;
    }
  }

  private onEvent(project: string, event: LoggedEvent): void {
    const { changed } = (event.data ?? {}) as { changed?: string };
    const tells = changed === 'dismissal' || changed === 'baseline';
    if ((event.event === 'project:update' && tells) || event.event === 'member:changed') {
      void this.load(project);
    }
  }

  private put(project: string, key: string, row: Dismissal | null | undefined): void {
    const { [key]: _, ...others } = this.of(project).dismissals;
    const dismissals = row === undefined ? others : { ...others, [key]: row };
    this.change(project, { dismissals });
  }

  private change(project: string, news: Partial<ProjectTriage>): void {
    const { projects } = this.store.getState();
    this.store.setState({ projects: { ...projects, [project]: { ...this.of(project), ...news } } });
  }
}
