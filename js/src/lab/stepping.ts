/** From issue to issue in the document in front, by keyboard; after the last comes the first. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import type { IDocumentWidget } from '@jupyterlab/docregistry';

import type { Place } from './marking.js';
import { isFileEditor, isNotebook } from './pieces.js';

/** Where a person is: in which piece, and what is selected in it. */
export interface Cursor {
  at: number;
  from: number;
  isEmpty: boolean;
}

interface Parts {
  app: JupyterFrontEnd;
  places: (widget: IDocumentWidget) => Promise<Place[]>;
  open: (place: Place) => void;
}

export class Stepping {
  constructor(private readonly parts: Parts) {}

  async step(by: 1 | -1): Promise<void> {
    const { app, places, open } = this.parts;
    const widget = app.shell.currentWidget as IDocumentWidget | null;
    if (widget?.content && widget.context) {
      const place = nextPlace(await places(widget), cursorOf(widget), by);
      if (place) {
        open(place);
      }
    }
  }
}

export function nextPlace<Where extends Pick<Place, 'at' | 'range'>>(
  places: readonly Where[],
  cursor: Cursor,
  by: 1 | -1,
): Where | undefined {
  // What is selected was stepped to; a cursor may stand right before something that was not.
  const isAfter = ({ at, range: { from } }: Where) =>
    at > cursor.at ||
    (at === cursor.at && (from > cursor.from || (cursor.isEmpty && from === cursor.from)));
  const isBefore = ({ at, range: { from } }: Where) =>
    at < cursor.at || (at === cursor.at && from < cursor.from);
  return by === 1
    ? (places.find(isAfter) ?? places[0])
    : (places.filter(isBefore).at(-1) ?? places.at(-1));
}

/** Where a person is in a document. */
export function cursorOf(widget: IDocumentWidget): Cursor {
  if (isNotebook(widget)) {
    const { activeCellIndex: at, activeCell, mode } = widget.content;
    // A cell that is only chosen is as good as its beginning.
    return mode === 'edit' && activeCell?.editor
      ? selectionOf(activeCell.editor, at)
      : { at, from: 0, isEmpty: true };
  }
  return isFileEditor(widget)
    ? selectionOf(widget.content.editor, 0)
    : { at: 0, from: 0, isEmpty: true };
}

function selectionOf(editor: CodeEditor.IEditor, at: number): Cursor {
  const { start, end } = editor.getSelection();
  const [a, b] = [editor.getOffsetAt(start), editor.getOffsetAt(end)];
  return { at, from: Math.min(a, b), isEmpty: a === b };
}
