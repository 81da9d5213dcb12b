/** What the kernel's side of `AnalysisProgress` shares with the page: its traits, as they are in Python. */

import { useSyncExternalStore } from 'react';

import type { Analysis, Issue } from '../core/protocol.js';

export interface Traits {
  run_id: string;
  prefix: string;
  version: string;
  /** An empty object until the kernel knows of the run. */
  snapshot: Analysis | { id?: undefined } | null;
  issues: Issue[];
  mode: 'page' | 'comm';
}

/** The part of anywidget's model that is used here. */
export interface Model {
  get<Name extends keyof Traits>(name: Name): Traits[Name];
  set<Name extends keyof Traits>(name: Name, value: Traits[Name]): void;
  save_changes(): void;
  send(content: unknown): void;
  on(event: string, callback: (content: unknown) => void): void;
  off(event: string, callback: (content: unknown) => void): void;
}

/** Show a trait, and again after each change. */
export function useTrait<Name extends keyof Traits>(model: Model, name: Name): Traits[Name] {
  return useSyncExternalStore(
    changed => {
      model.on(`change:${name}`, changed);
      return () => model.off(`change:${name}`, changed);
    },
    () => model.get(name),
  );
}
