/**
 * Opens the place of an issue: the file, the cell scrolled into view, the range selected.
 *
 * The range is where the code is now, which may have moved since it was analysed. Where nobody knows any
 * more what was analysed, or that code is gone, it is where the code was.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Cell } from '@jupyterlab/cells';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Widget } from '@lumino/widgets';

import { rangeNow } from '../core/fixes.js';
import type { CellRef, Issue } from '../core/protocol.js';
import {
  type Analysed,
  analysedText,
  isFileEditor,
  isNotebook,
  pieceOf,
  piecesOf,
} from './pieces.js';

/** How long a cell that was scrolled into view may take to get its editor. */
const EDITOR_MILLISECONDS = 2000;

export async function openIssue(
  app: JupyterFrontEnd,
  documents: IDocumentManager,
  path: string,
  issue: Issue,
  analysed: Analysed | null,
): Promise<void> {
  const widget = reveal(app, documents, path);
  if (!widget) {
    throw new Error(`${path} can't be opened: no editor shows such files.`);
  }
  await widget.context.ready;
  await widget.revealed;
  const text = analysed && analysedText(analysed, issue);
  if (isNotebook(widget) && issue.cell) {
    await showInCell(widget, issue.cell, issue, text);
  } else if (isFileEditor(widget)) {
    select(widget.content.editor, widget.content.model.sharedModel.getSource(), issue, text);
    widget.content.editor.focus();
  }
}

/** Notebook 7 opens documents in tabs of the browser: what is open here is not opened again. */
export function reveal(
  app: JupyterFrontEnd,
  documents: IDocumentManager,
  path: string,
): IDocumentWidget<Widget> | undefined {
  const here = documents.findWidget(path, null);
  if (here) {
    app.shell.activateById(here.id);
  }
  return (here ?? documents.openOrReveal(path)) as IDocumentWidget<Widget> | undefined;
}

async function showInCell(
  panel: NotebookPanel,
  place: CellRef,
  issue: Issue,
  analysed: string | null,
): Promise<void> {
  const { content } = panel;
  const piece = analysed === null ? null : pieceOf(piecesOf(panel), issue, analysed);
  const now = content.widgets.findIndex(({ model }) => model === piece?.model);
  const index = now >= 0 ? now : cellIndex(content.widgets, place);
  const cell = content.widgets[index];
  if (!cell) {
    return;
  }
  content.deselectAll();
  content.activeCellIndex = index;
  await content.scrollToItem(index, 'auto');
  const editor = await editorOf(cell);
  if (editor) {
    // What is off-screen has no editor in some versions; the text is always in the model.
    select(editor, cell.model.sharedModel.getSource(), issue, analysed);
    content.mode = 'edit';
    editor.focus();
  }
}

/** The cell by its id, else by its number: old notebooks have no ids, and ids change on merging. */
function cellIndex(cells: readonly Cell[], { id, index }: CellRef): number {
  const found = id === null ? -1 : cells.findIndex(cell => cell.model.id === id);
  return found >= 0 ? found : index;
}

async function editorOf(cell: Cell): Promise<CodeEditor.IEditor | null> {
  const late = new Promise<void>(resolve => setTimeout(resolve, EDITOR_MILLISECONDS));
  await Promise.race([cell.ready, late]);
  return cell.isDisposed ? null : cell.editor;
}

function select(
  editor: CodeEditor.IEditor,
  text: string,
  issue: Issue,
  analysed: string | null,
): void {
  const lines = text.split('\n');
  const range = analysed === null ? null : rangeNow(analysed, text, issue);
  const start = range ? positionAt(text, range.from) : position(lines, issue.line, issue.column);
  const end = range
    ? positionAt(text, range.to)
    : position(lines, issue.end_line, issue.end_column);
  editor.setSelection({ start, end });
  editor.revealSelection({ start, end });
}

function positionAt(text: string, offset: number): CodeEditor.IPosition {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, column: before.at(-1)?.length ?? 0 };
}

/** From lines and columns that count code points from 1, to those of the editor; within the text. */
export function position(
  lines: readonly string[],
  line: number,
  column: number,
): CodeEditor.IPosition {
  const at = Math.min(Math.max(1, line), lines.length) - 1;
  const before = Array.from(lines[at] ?? '').slice(0, Math.max(0, column - 1));
  return { line: at, column: before.join('').length };
}
