/**
 * Tells the server which cells of an open notebook came from which.
 *
 * What stood in the cells before a change must be known when it comes: it is noted while nobody types.
 */

import type { NotebookPanel } from '@jupyterlab/notebook';

import type { Connection } from '../core/connection.js';
import { bare, type CellText, type LineageChange, lineageOf } from '../core/lineage.js';

const NOTE_AFTER_MS = 150;
const TELL_AFTER_MS = 500;
/** Of cells that were cut and may come back. */
const MOST_GONE = 500;

export class LineageWatch {
  private before: CellText[] = [];
  private readonly gone = new Map<string, string>();
  private noting: ReturnType<typeof setTimeout> | undefined;
  private telling: ReturnType<typeof setTimeout> | undefined;
  private changes: LineageChange[] = [];
  private isScheduled = false;

  constructor(
    private readonly panel: NotebookPanel,
    private readonly rest: Connection['rest'],
    private readonly documentOf: () => string | null,
  ) {
    void panel.context.ready.then(() => {
      const { model } = panel;
      this.before = this.texts();
      model?.contentChanged.connect(() => this.noteSoon());
      model?.cells.changed.connect(() => this.compareSoon());
      panel.disposed.connect(() => {
        clearTimeout(this.noting);
        this.tell();
      });
    });
  }

  private texts(): CellText[] {
    return Array.from(this.panel.model?.cells ?? [], ({ id, sharedModel }) => ({
      id,
      text: sharedModel.getSource(),
    }));
  }

  private noteSoon(): void {
    clearTimeout(this.noting);
    this.noting = setTimeout(() => {
      if (!this.panel.isDisposed && !this.isScheduled) {
        this.before = this.texts();
      }
    }, NOTE_AFTER_MS);
  }

  /** One act of a person changes the list of cells several times, and their texts after it. */
  private compareSoon(): void {
    if (!this.isScheduled) {
      this.isScheduled = true;
      setTimeout(() => {
        this.isScheduled = false;
        if (!this.panel.isDisposed) {
          this.compare();
        }
      }, 0);
    }
  }

  private compare(): void {
    const after = this.texts();
    const found = lineageOf(this.before, after, this.gone);
    const now = new Set(after.map(({ id }) => id));
    for (const { id, text } of this.before) {
      if (!now.has(id) && bare(text) !== '') {
        this.gone.set(bare(text), id);
      }
    }
    for (const text of [...this.gone.keys()].slice(0, this.gone.size - MOST_GONE)) {
      this.gone.delete(text);
    }
    this.before = after;
    if (found.length > 0) {
      this.changes.push(...found);
      this.telling ??= setTimeout(() => this.tell(), TELL_AFTER_MS);
    }
  }

  private tell(): void {
    clearTimeout(this.telling);
    this.telling = undefined;
    const document = this.documentOf();
    const { changes } = this;
    if (document !== null && changes.length > 0) {
      this.changes = [];
      // Without it threads are found by their text.
      this.rest
        .post(`documents/${encodeURIComponent(document)}/lineage`, { changes })
        .catch(() => {});
    }
  }
}
