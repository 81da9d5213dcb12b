/** Tells where the person of this page is: the document in front, its active cell, how they edit, what runs. */

import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { Widget } from '@lumino/widgets';

import { type Here, NOWHERE, type Spot } from '../core/here.js';
import type { Front } from './front.js';
import { isFileEditor, isNotebook } from './pieces.js';
import type { RunningCells } from './running.js';

const INPUTS = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const;
/** Nobody needs to know to the second. */
const INPUT_EVERY_MS = 1000;

export class OwnPlace {
  private widget: IDocumentWidget<Widget> | null = null;

  constructor(
    private readonly here: Here,
    private readonly front: Front,
    private readonly running: RunningCells,
  ) {
    front.store.subscribe(({ widget }) => {
      this.watch(widget);
      this.tell();
    });
    running.changed.connect(() => this.tell());
    this.listen();
  }

  private watch(widget: IDocumentWidget<Widget> | null): void {
    if (widget === this.widget) {
      return;
    }
    const { widget: before } = this;
    this.widget = widget;
    if (before && !before.isDisposed && isNotebook(before)) {
      before.content.activeCellChanged.disconnect(this.tell, this);
      before.content.stateChanged.disconnect(this.tell, this);
    }
    if (widget && isNotebook(widget)) {
      widget.content.activeCellChanged.connect(this.tell, this);
      widget.content.stateChanged.connect(this.tell, this);
    }
  }

  private tell(): void {
    this.here.moveTo(this.spot());
  }

  private spot(): Spot {
    const { document, project, widget } = this.front.store.getState();
    const place = { ...NOWHERE, project, document: document?.id ?? null };
    if (document === null || widget === null || widget.isDisposed) {
      return place;
    }
    if (isNotebook(widget)) {
      const { activeCell, mode, model } = widget.content;
      return {
        ...place,
        cell: activeCell?.model.id ?? null,
        mode,
        running: this.running.of(model),
      };
    }
    return { ...place, mode: isFileEditor(widget) ? 'edit' : null };
  }

  private listen(): void {
    let last = -Infinity;
    const note = () => {
      const now = performance.now();
      if (now - last >= INPUT_EVERY_MS) {
        last = now;
        this.here.input();
      }
    };
    for (const input of INPUTS) {
      document.addEventListener(input, note, { capture: true, passive: true });
    }
  }
}
