/**
 * Threads at cells of an open notebook that show no editor, or that are about a whole cell: a small button.
 *
 * It stands beside the cell, where nothing else is, so that no button of JupyterLab's moves or is covered.
 */

import type { NotebookPanel } from '@jupyterlab/notebook';

const CLASS = 'jrt-cell-mark';

export interface CellThreads {
  ids: readonly string[];
  open: number;
}

interface Parts {
  panel: NotebookPanel;
  words: (count: number) => string;
  onOpen: (cell: string, threads: readonly string[]) => void;
}

export class CommentCells {
  private shown = new Map<string, string>();

  constructor(private readonly parts: Parts) {}

  show(byCell: ReadonlyMap<string, CellThreads>): void {
    const now = new Map(Array.from(byCell, ([cell, { ids, open }]) => [cell, `${open} ${ids}`]));
    const cells = new Set([...this.shown.keys(), ...now.keys()]);
    const changed = [...cells].filter(cell => this.shown.get(cell) !== now.get(cell));
    if (changed.length === 0) {
      return;
    }
    const nodes = new Map(this.parts.panel.content.widgets.map(it => [it.model.id, it.node]));
    for (const cell of changed) {
      const node = nodes.get(cell);
      if (node) {
        this.mark(node, cell, byCell.get(cell));
      }
    }
    // A cell that is not there yet is tried again with the next word.
    this.shown = new Map([...now].filter(([cell]) => nodes.has(cell)));
  }

  /** The button of a cell, from which a card may hang. */
  nodeOf(cell: string): HTMLElement | null {
    const found = this.parts.panel.content.widgets.find(({ model }) => model.id === cell);
    return found?.node ?? null;
  }

  private mark(node: HTMLElement, cell: string, threads: CellThreads | undefined): void {
    node.querySelector(`:scope > .${CLASS}`)?.remove();
    if (!threads || threads.open === 0) {
      return;
    }
    const button = document.createElement('button');
    const words = this.parts.words(threads.open);
    Object.assign(button, { type: 'button', className: CLASS, title: words });
    button.setAttribute('aria-label', words);
    button.dataset.jrtThreads = threads.ids.join(' ');
    button.append(bubble(), String(threads.open));
    // The cell's own handlers would take the focus away again.
    for (const kind of ['mousedown', 'dblclick']) {
      button.addEventListener(kind, event => event.stopPropagation());
    }
    button.addEventListener('click', event => {
      event.stopPropagation();
      this.parts.onOpen(cell, threads.ids);
    });
    node.append(button);
  }
}

/** The drawing of a comment, where no component draws. */
export function bubble(): SVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const drawing = document.createElementNS(space, 'svg');
  drawing.setAttribute('viewBox', '0 0 16 16');
  drawing.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('fill', 'currentColor');
  path.setAttribute('fill-rule', 'evenodd');
  path.setAttribute('d', 'M2 2.5h12v9H7.8L4.5 14.3v-2.8H2zm1.3 1.3v6.4h2.5v1.3l1.5-1.3h5.4V3.8z');
  drawing.append(path);
  return drawing;
}
