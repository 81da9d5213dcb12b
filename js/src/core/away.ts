/** What others did to a document while its reader was away; asked for when they come to it. */

import { createStore, type StoreApi } from 'zustand/vanilla';

import type { ActivityItem } from './activity.js';
import type { Connection } from './connection.js';

export interface Missed {
  document: string;
  /** When one was there last. */
  since: string;
  items: readonly ActivityItem[];
  /** There is more than these. */
  hasMore: boolean;
}

interface Answer {
  items: ActivityItem[];
  next: string | null;
  since: string | null;
}

const MOST = 20;

export class Away {
  /** Of the document where one is; null: nothing was missed, or it was seen. */
  readonly store: StoreApi<{ missed: Missed | null }> = createStore(() => ({
    missed: null as Missed | null,
  }));
  private readonly asked = new Map<string, Missed | null>();
  private document: string | null = null;

  constructor(private readonly connection: Pick<Connection, 'rest'>) {}

  /** One is at another document now; each is asked for once a page. */
  async comeTo(document: string | null): Promise<void> {
    if (document === this.document) {
      return;
    }
    this.document = document;
    const known = document === null ? null : this.asked.get(document);
    this.show(known ?? null);
    if (document !== null && known === undefined) {
      const missed = await this.ask(document);
      if (missed !== undefined) {
        this.asked.set(document, missed);
      }
      if (document === this.document) {
        this.show(missed ?? null);
      }
    }
  }

  /** It was seen: it is not shown again. */
  seen(): void {
    if (this.document !== null) {
      this.asked.set(this.document, null);
    }
    this.show(null);
  }

  private show(missed: Missed | null): void {
    this.store.setState({ missed });
  }

  private async ask(document: string): Promise<Missed | null | undefined> {
    try {
      const query = new URLSearchParams({ document, limit: String(MOST) });
      const answer = await this.connection.rest.get<Answer>(`activity/away?${query}`);
      const { items, next, since } = answer;
      return since === null || items.length === 0
        ? null
        : { document, since, items, hasMore: next !== null };
    } catch {
      return undefined; // Asked for again when one comes to it again.
    }
  }
}
