/** What is commented on: what is selected, the cell, or the document as a whole. */

import type { CodeEditor } from '@jupyterlab/codeeditor';

import { codePointsOf } from '../core/code-points.js';
import type { Place } from '../core/threads.js';
import type { OpenDocument } from './comment-documents.js';
import { isFileEditor, isNotebook, type Piece, piecesOf, textOf } from './pieces.js';

export interface Chosen {
  piece: Piece | null;
  place: Place;
  quote: string;
}

/** What is selected in the editor that has the focus; null: nothing is. */
export function selectionIn(open: OpenDocument): Chosen | null {
  const { widget } = open;
  const [at, editor] = isNotebook(widget)
    ? [widget.content.activeCellIndex, widget.content.activeCell?.editor]
    : [0, isFileEditor(widget) ? widget.content.editor : null];
  const piece = piecesOf(widget)[at];
  const range = editor ? rangeOf(editor) : null;
  return piece && range ? chosen(open, piece, at, range) : null;
}

/** What is selected, else the cell, else the whole file. */
export function hereIn(open: OpenDocument): Chosen {
  const selected = selectionIn(open);
  if (selected) {
    return selected;
  }
  const { widget } = open;
  if (isNotebook(widget)) {
    const at = widget.content.activeCellIndex;
    const piece = piecesOf(widget)[at];
    if (piece) {
      return chosen(open, piece, at, null);
    }
  }
  return wholeOf(open);
}

export function wholeOf({ document, widget }: OpenDocument): Chosen {
  const [piece] = piecesOf(widget);
  const source = piece && piece.id === null ? textOf(piece) : '';
  const nowhere = { cell_id: null, cell_index: null, start: null, end: null };
  return { piece: null, place: { document: document.id, source, ...nowhere }, quote: '' };
}

export function chosen(
  { document }: OpenDocument,
  piece: Piece,
  at: number,
  range: { from: number; to: number } | null,
): Chosen {
  const source = textOf(piece);
  const place: Place = {
    document: document.id,
    cell_id: piece.id,
    cell_index: piece.id === null ? null : at,
    source,
    start: range ? codePointsOf(source.slice(0, range.from)) : null,
    end: range ? codePointsOf(source.slice(0, range.to)) : null,
  };
  return { piece, place, quote: range ? source.slice(range.from, range.to) : source };
}

function rangeOf(editor: CodeEditor.IEditor): { from: number; to: number } | null {
  const { start, end } = editor.getSelection();
  const [a, b] = [editor.getOffsetAt(start), editor.getOffsetAt(end)];
  return a === b ? null : { from: Math.min(a, b), to: Math.max(a, b) };
}
