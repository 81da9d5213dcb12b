/** What the kernel's side of a widget shares with the page: its traits, as they are in Python. */

import { useSyncExternalStore } from 'react';

import type { Analysis, Issue } from '../core/protocol.js';

/** What all widgets have. */
export interface SharedTraits {
  prefix: string;
  version: string;
  mode: 'page' | 'comm';
}

/** Of a run's. */
export interface Traits extends SharedTraits {
  run_id: string;
  /** An empty object until the kernel knows of the run. */
  snapshot: Analysis | { id?: undefined } | null;
  issues: Issue[];
}

/** The part of anywidget's model that is used here. */
export interface Model<All extends SharedTraits = Traits> {
  get<Name extends keyof All>(name: Name): All[Name];
  set<Name extends keyof All>(name: Name, value: All[Name]): void;
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
