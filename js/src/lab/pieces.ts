/** The texts of open documents: the cells of a notebook, or the one text of a file. */

import type { CodeEditor } from '@jupyterlab/codeeditor';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { FileEditor } from '@jupyterlab/fileeditor';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Widget } from '@lumino/widgets';

import { rangeNow } from '../core/fixes.js';
import type { Issue } from '../core/protocol.js';

export interface Piece {
  /** Null for the text of a file. */
  id: string | null;
  model: CodeEditor.IModel;
}

/** What an analysis has read: the texts of cells, or the one text of a file. */
export type Analysed = readonly { id: string | null; text: string }[];

// By their shape: importing the classes would load them where they are not needed.
export function isNotebook(widget: IDocumentWidget<Widget>): widget is NotebookPanel {
  return 'widgets' in widget.content && 'activeCellIndex' in widget.content;
}

export function isFileEditor(
  widget: IDocumentWidget<Widget>,
): widget is IDocumentWidget<FileEditor> {
  return 'editor' in widget.content && 'model' in widget.content;
}

/** The model and not the widgets: cells that are off-screen have no editor in some versions. */
export function piecesOf(widget: IDocumentWidget<Widget>): Piece[] {
  if (isNotebook(widget)) {
    return Array.from(widget.content.model?.cells ?? [], model => ({ id: model.id, model }));
  }
  return isFileEditor(widget) ? [{ id: null, model: widget.content.model }] : [];
}

export const textOf = (piece: Piece): string => piece.model.sharedModel.getSource();

/** The text that an issue was found in. */
export function analysedText(analysed: Analysed, { cell }: Issue): string | null {
  if (cell === null) {
    return analysed.length === 1 && analysed[0]?.id === null ? analysed[0].text : null;
  }
  const named = cell.id === null ? undefined : analysed.find(({ id }) => id === cell.id);
  return (named ?? analysed[cell.index])?.text ?? null;
}

/** The cell by its id; where ids are missing, doubled or made anew, by its number or its whole text. */
export function pieceOf(pieces: readonly Piece[], issue: Issue, text: string): Piece | null {
  const { cell } = issue;
  if (cell === null) {
    return pieces.length === 1 && pieces[0]?.id === null ? pieces[0] : null;
  }
  const named = pieces.filter(({ id }) => cell.id !== null && id === cell.id);
  const fits = (piece: Piece) => rangeNow(text, textOf(piece), issue) !== null;
  const numbered = pieces.slice(cell.index, cell.index + 1);
  const same = pieces.filter(piece => textOf(piece) === text);
  for (const found of [named, numbered, same]) {
    const fitting = found.filter(fits);
    if (fitting.length === 1) {
      return fitting[0] ?? null;
    }
  }
  return null;
}
