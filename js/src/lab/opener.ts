/** Opens the place of an issue: the file, the cell scrolled into view, the range selected. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Cell } from '@jupyterlab/cells';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Widget } from '@lumino/widgets';

import type { CellRef, Issue } from '../core/protocol.js';
import { isFileEditor, isNotebook } from './pieces.js';

/** How long a cell that was scrolled into view may take to get its editor. */
const EDITOR_MILLISECONDS = 2000;

export async function openIssue(
  app: JupyterFrontEnd,
  documents: IDocumentManager,
  path: string,
  issue: Issue,
): Promise<void> {
  const widget = reveal(app, documents, path);
  if (!widget) {
    throw new Error(`${path} can't be opened: no editor shows such files.`);
  }
  await widget.context.ready;
  await widget.revealed;
  if (isNotebook(widget) && issue.cell) {
    await showInCell(widget, issue.cell, issue);
  } else if (isFileEditor(widget)) {
    select(widget.content.editor, widget.content.model.sharedModel.getSource(), issue);
    widget.content.editor.focus();
  }
}

/** Notebook 7 opens documents in tabs of the browser: what is open here is not opened again. */
function reveal(
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

async function showInCell({ content }: NotebookPanel, place: CellRef, issue: Issue): Promise<void> {
  const index = cellIndex(content.widgets, place);
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
    select(editor, cell.model.sharedModel.getSource(), issue);
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

function select(editor: CodeEditor.IEditor, text: string, issue: Issue): void {
  const lines = text.split('\n');
  const start = position(lines, issue.line, issue.column);
  const end = position(lines, issue.end_line, issue.end_column);
  editor.setSelection({ start, end });
  editor.revealSelection({ start, end });
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
