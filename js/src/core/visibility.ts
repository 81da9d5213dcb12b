/** Whether others see a person: a choice of theirs that the server keeps, for all their pages. */

import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Connection } from './connection.js';
import { onWaking } from './waking.js';

interface Choice {
  presence?: 'visible' | 'invisible';
}

export class Visibility {
  /** Null until it is known. */
  readonly store: StoreApi<{ visible: boolean | null }> = createStore(() => ({
    visible: null as boolean | null,
  }));
  private saving = 0;

  constructor(private readonly connection: Pick<Connection, 'rest' | 'store'>) {}

  /** Keep it up to date until the returned function is called: another page may change it. */
  follow(): () => void {
    const { store } = this.connection;
    const look = () => {
      if (store.getState().status === 'online') {
        void this.ask();
      }
    };
    const stopWaking = onWaking(look);
    const unsubscribe = store.subscribe((state, before) => {
      if (state.status !== before.status) {
        look();
      }
    });
    look();
    return () => {
      stopWaking();
      unsubscribe();
    };
  }

  /** Shown at once, and taken back where the server refuses it. */
  async show(visible: boolean): Promise<void> {
    const before = this.store.getState().visible;
    this.store.setState({ visible });
    this.saving += 1;
    try {
      const presence = visible ? 'visible' : 'invisible';
      this.take(await this.connection.rest.patch<Choice>('preferences', { presence }));
    } catch (error) {
      this.store.setState({ visible: before });
      throw error;
    } finally {
      this.saving -= 1;
    }
  }

  private async ask(): Promise<void> {
    try {
      const choice = await this.connection.rest.get<Choice>('preferences');
      if (this.saving === 0) {
        this.take(choice);
      }
    } catch {
      // Asked for again when the connection is back.
    }
  }

  private take({ presence = 'visible' }: Choice): void {
    this.store.setState({ visible: presence === 'visible' });
  }
}
