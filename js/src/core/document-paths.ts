/** Which file a document is, by its id, and the other way round; each is asked for once a page. */

import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Connection } from './connection.js';

export interface DocumentRef {
  id: string;
  room: string;
  project: string;
  /** Relative to the project's root. */
  path: string;
}

export class DocumentPaths {
  /** By id; null: it can't be known, or not by this person. */
  readonly store: StoreApi<Readonly<Record<string, DocumentRef | null>>> = createStore(() => ({}));
  private readonly asked = new Map<string, Promise<DocumentRef | null>>();
  private readonly made = new Map<string, Promise<DocumentRef>>();

  constructor(private readonly connection: Pick<Connection, 'rest'>) {}

  find(id: string): Promise<DocumentRef | null> {
    const asked = this.asked.get(id) ?? this.ask(id);
    this.asked.set(id, asked);
    return asked;
  }

  /** The document at a path from the server's root. */
  at(path: string): Promise<DocumentRef> {
    const made = this.made.get(path) ?? this.make(path);
    this.made.set(path, made);
    made.catch(() => this.made.delete(path));
    return made;
  }

  /** A file has another name now: its document may be another one, and has another path. */
  renamed(id: string, ...paths: readonly string[]): void {
    for (const path of paths) {
      this.made.delete(path);
    }
    this.asked.delete(id);
    if (id in this.store.getState()) {
      void this.find(id);
    }
  }

  private async ask(id: string): Promise<DocumentRef | null> {
    const { rest } = this.connection;
    const found = await rest
      .get<DocumentRef>(`documents/${encodeURIComponent(id)}`)
      .catch(() => null);
    if (found === null) {
      this.asked.delete(id);
    }
    this.store.setState({ [id]: found });
    return found;
  }

  private async make(path: string): Promise<DocumentRef> {
    const found = await this.connection.rest.put<DocumentRef>('documents', { path });
    this.asked.set(found.id, Promise.resolve(found));
    this.store.setState({ [found.id]: found });
    return found;
  }
}
