/**
 * People's own long jobs, as `rt.progress` pins them in a project.
 *
 * Rules
 * 1. Whatever hangs under `progress:…` may be anything: what is no job is not shown.
 * 2. After a reconnect a job hangs under another key for a while. One person's entries with one id are one
 *    job, and the latest of them says how it stands.
 * 3. A cancel shows at once, and is taken back, with the reason, where the server refuses it.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';
import { Board } from './board.js';
import type { Connection } from './connection.js';
import { nextFrame } from './frames.js';
import type { Actor, ProgressState, StateEntry } from './protocol.js';

export interface Job extends ProgressState {
  /** Where it hangs: the room, and `<connection>/<id>`. */
  room: string;
  key: string;
  actor: Actor;
  /** The server's time of the last word about it. */
  time: string;
  /** Why it could not be cancelled. */
  problem: string | null;
}

export interface JobsState {
  /** The newest first. */
  jobs: readonly Job[];
}

const CANCEL = 'custom:progress-cancel';
const STATUSES: ReadonlySet<unknown> = new Set(['running', 'succeeded', 'failed', 'cancelled']);

/** What a person here has asked for. */
type Wish = { cancelling: true } | { problem: string };

export class Jobs {
  readonly store: StoreApi<JobsState>;
  private readonly boards = new Map<string, Board>();
  private readonly wishes = new Map<string, Wish>();
  private scheduled = false;

  constructor(private readonly connection: Pick<Connection, 'subscribe' | 'publish'>) {
    this.store = createStore<JobsState>(() => ({ jobs: [] }));
  }

  followProject(project: string): () => void {
    const room = `project:${project}`;
    const board = new Board();
    this.boards.set(room, board);
    const leave = this.connection.subscribe(room, {
      onBoard: states => {
        board.replace(states);
        this.touch();
      },
      onState: state => {
        board.put(state);
        this.touch();
      },
    });
    return () => {
      leave();
      this.boards.delete(room);
      this.touch();
    };
  }

  async cancel(job: Job): Promise<void> {
    const name = nameOf(job);
    this.wishes.set(name, { cancelling: true });
    this.show();
    try {
      await this.connection.publish(job.room, CANCEL, { key: job.key });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.wishes.set(name, { problem });
      this.show();
    }
  }

  private touch(): void {
    if (!this.scheduled) {
      this.scheduled = true;
      nextFrame(() => {
        this.scheduled = false;
        this.show();
      });
    }
  }

  private show(): void {
    const latest = new Map<string, Job>();
    for (const [room, board] of this.boards) {
      for (const job of board.entries.flatMap(entry => jobOf(room, entry) ?? [])) {
        const known = latest.get(nameOf(job));
        if (!known || known.time <= job.time) {
          latest.set(nameOf(job), job);
        }
      }
    }
    this.forgetWishes(latest);
    const jobs = [...latest.values()].map(job => this.asWished(job));
    this.store.setState({ jobs: jobs.sort(newestFirst) });
  }

  private asWished(job: Job): Job {
    return job.status === 'running' ? { ...job, ...this.wishes.get(nameOf(job)) } : job;
  }

  private forgetWishes(present: ReadonlyMap<string, Job>): void {
    for (const name of this.wishes.keys()) {
      if (!present.has(name)) {
        this.wishes.delete(name);
      }
    }
  }
}

/** What makes a job this one, also under another key. */
export const nameOf = ({ room, actor, id }: Pick<Job, 'room' | 'actor' | 'id'>): string =>
  [room, actor.via, actor.name, id].join('\u0000');

const newestFirst = (a: Job, b: Job): number =>
  b.started.localeCompare(a.started) || nameOf(a).localeCompare(nameOf(b));

function jobOf(room: string, entry: StateEntry): Job | null {
  if (!entry.event.startsWith('progress:') || !isJob(entry.data)) {
    return null;
  }
  const { key, actor, time, data } = entry;
  const { id, name, done, status } = data;
  return {
    ...{ id, name, done, status, room, key, actor, time },
    total: number(data.total),
    unit: text(data.unit) ?? '',
    eta_seconds: number(data.eta_seconds),
    message: text(data.message),
    started: text(data.started) ?? '',
    cancelling: data.cancelling === true,
    problem: null,
  };
}

type Sketch = Pick<ProgressState, 'id' | 'name' | 'done' | 'status'> & Record<string, unknown>;

function isJob(data: unknown): data is Sketch {
  if (typeof data !== 'object' || data === null) {
    return false;
  }
  const { id, name, done, status } = data as Record<string, unknown>;
  const isNamed = typeof id === 'string' && typeof name === 'string' && name !== '';
  return isNamed && typeof done === 'number' && STATUSES.has(status);
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
