/**
 * Going to where somebody is, and going with them.
 *
 * Rules
 * 1. Whoever follows moves nothing of theirs but the view: neither the focus nor the active cell.
 * 2. An input of one's own in a document ends it, as does Escape; and that the other one is gone.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Presence, Present } from '../core/presence.js';
import { personKey } from '../core/present.js';
import type { Front } from './front.js';
import { reveal } from './opener.js';
import { isNotebook } from './pieces.js';

interface Parts {
  app: JupyterFrontEnd;
  documents: IDocumentManager;
  front: Front;
  presence: Presence;
}

const ENDING = ['pointerdown', 'wheel', 'keydown'] as const;
const DOCUMENTS = '#jp-main-dock-panel, #jp-main-content-panel';

export class Going {
  /** Whom this page follows. */
  readonly store: StoreApi<{ followed: Present | null }> = createStore(() => ({
    followed: null as Present | null,
  }));
  private last = '';

  constructor(private readonly parts: Parts) {
    parts.presence.store.subscribe(() => this.look());
    for (const input of ENDING) {
      document.addEventListener(input, event => this.onInput(event), {
        capture: true,
        passive: true,
      });
    }
  }

  /** Show where somebody is; with `take`, be there oneself. */
  async to({ project, path, cell, running }: Present, take: boolean): Promise<void> {
    const { app, documents, front } = this.parts;
    if (project === null || path === null) {
      return;
    }
    const widget = reveal(app, documents, await front.pathOf({ project, path }));
    if (!widget) {
      return;
    }
    await widget.context.ready;
    await widget.revealed;
    const place = running?.cell ?? cell;
    if (!isNotebook(widget) || place === null) {
      return;
    }
    const { content } = widget;
    const index = content.widgets.findIndex(({ model }) => model.id === place);
    if (index < 0) {
      return;
    }
    if (take) {
      content.deselectAll();
      content.activeCellIndex = index;
    }
    await content.scrollToItem(index, take ? 'center' : 'smart');
    if (take) {
      content.activate();
    }
  }

  /** Follow somebody, or no more. */
  toggle(person: Present): void {
    const { followed } = this.store.getState();
    if (followed !== null && personKey(followed.user) === personKey(person.user)) {
      this.stop();
    } else {
      this.last = '';
      this.store.setState({ followed: person });
      this.look();
    }
  }

  stop(): void {
    this.store.setState({ followed: null });
  }

  private look(): void {
    const { followed } = this.store.getState();
    if (followed === null) {
      return;
    }
    const { teams } = this.parts.presence.store.getState();
    const entries = Object.values(teams).flatMap(({ people }) =>
      people.filter(({ user }) => personKey(user) === personKey(followed.user)),
    );
    const now = entries.find(({ status }) => status !== 'offline');
    if (now === undefined) {
      this.stop();
      return;
    }
    const place = `${now.document} ${now.running?.cell ?? now.cell}`;
    if (place !== this.last) {
      this.last = place;
      this.store.setState({ followed: now });
      void this.to(now, false);
    }
  }

  private onInput(event: Event): void {
    if (this.store.getState().followed === null) {
      return;
    }
    const { target } = event;
    const isEscape = event instanceof KeyboardEvent && event.key === 'Escape';
    const isOwn = target instanceof Element && target.closest(DOCUMENTS) !== null;
    if (isEscape || isOwn) {
      this.stop();
    }
  }
}
