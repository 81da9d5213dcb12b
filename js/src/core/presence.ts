/**
 * Who is in a project, as this page sees it; one picture for all views.
 *
 * Rules
 * 1. One entry a person, however many tabs they have. Who is gone stays for "last seen".
 * 2. The board says who is there now; REST says who was there before this page looked.
 * 3. While the page is offline nobody's entry is touched: it is as of then, and the views say so.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Connection } from './connection.js';
import { nextFrame } from './frames.js';
import { byPresence, gone, type Present, personKey, presentOf, readPresent } from './present.js';
import type { ErrorBody, StateEntry } from './protocol.js';

export type { Present } from './present.js';

export interface Team {
  /** Those who are there first; who is gone last. */
  people: readonly Present[];
  /** Who is there has arrived. */
  ready: boolean;
  /** Why it can't be known. */
  error: ErrorBody | null;
}

export interface PresenceState {
  teams: Readonly<Record<string, Team>>;
}

export const NO_TEAM: Team = { people: [], ready: false, error: null };

interface Followed {
  followers: number;
  leave: () => void;
}

type Needs = Pick<Connection, 'subscribe' | 'rest'>;

export class Presence {
  readonly store: StoreApi<PresenceState> = createStore<PresenceState>(() => ({ teams: {} }));
  private readonly followed = new Map<string, Followed>();
  private readonly known = new Map<string, Map<string, Present>>();
  private readonly changed = new Set<string>();
  private scheduled = false;

  constructor(private readonly connection: Needs) {}

  /** Keep a project's people up to date until the returned function is called. */
  follow(project: string): () => void {
    const followed = this.followed.get(project) ?? { followers: 0, leave: () => {} };
    this.followed.set(project, followed);
    followed.followers += 1;
    if (followed.followers === 1) {
      followed.leave = this.join(project);
    }
    let left = false;
    return () => {
      if (!left) {
        left = true;
        this.leave(project, followed);
      }
    };
  }

  private leave(project: string, followed: Followed): void {
    followed.followers -= 1;
    if (followed.followers === 0) {
      followed.leave();
      this.followed.delete(project);
    }
  }

  private join(project: string): () => void {
    const people = this.known.get(project) ?? new Map<string, Present>();
    this.known.set(project, people);
    return this.connection.subscribe(`project:${project}`, {
      onBoard: states => this.board(project, people, states),
      onState: state => {
        this.take(people, state);
        this.touch(project);
      },
      onReady: () => {
        this.put(project, { ready: true, error: null });
        void this.ask(project, people);
      },
      onError: error => this.put(project, { error }),
    });
  }

  private board(project: string, people: Map<string, Present>, states: StateEntry[]): void {
    const entries = states.filter(({ event }) => event === 'user:status');
    const there = new Set(entries.map(({ key }) => key));
    const at = new Date().toISOString();
    for (const [name, person] of people) {
      if (!there.has(name)) {
        people.set(name, gone(person, at));
      }
    }
    for (const entry of entries) {
      this.take(people, entry);
    }
    this.touch(project);
  }

  private take(people: Map<string, Present>, entry: StateEntry): void {
    if (entry.event !== 'user:status') {
      return;
    }
    const present = presentOf(entry);
    const before = people.get(entry.key);
    if (present !== null) {
      people.set(entry.key, present);
    } else if (entry.data === null && before) {
      people.set(entry.key, gone(before, entry.time));
    }
  }

  /** Who is not there now, and when they were. */
  private async ask(project: string, people: Map<string, Present>): Promise<void> {
    try {
      const query = new URLSearchParams({ project, limit: '1000' });
      const { items } = await this.connection.rest.get<{ items: unknown[] }>(`presence?${query}`);
      for (const person of items.flatMap(item => readPresent(item) ?? [])) {
        const key = personKey(person.user);
        // The board is newer than any answer.
        if (!people.has(key) || people.get(key)?.status === 'offline') {
          people.set(key, gone(person, person.last_seen ?? new Date().toISOString()));
        }
      }
      this.touch(project);
    } catch {
      // Who is there is known all the same.
    }
  }

  private touch(project: string): void {
    this.changed.add(project);
    if (!this.scheduled) {
      this.scheduled = true;
      nextFrame(() => this.show());
    }
  }

  private show(): void {
    this.scheduled = false;
    for (const project of this.changed) {
      const people = [...(this.known.get(project)?.values() ?? [])];
      this.put(project, { people: people.sort(byPresence) });
    }
    this.changed.clear();
  }

  private put(project: string, more: Partial<Team>): void {
    const { teams } = this.store.getState();
    const team = { ...(teams[project] ?? NO_TEAM), ...more };
    this.store.setState({ teams: { ...teams, [project]: team } });
  }
}
