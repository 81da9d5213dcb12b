/**
 * Other people's cursors and selections in editors, and one's own told to them.
 *
 * They move with the text as it is edited here, until the next word about them. They take no room and no
 * clicks: nothing in the text moves, and nothing is in the way of the pointer.
 */

import { Compartment, type Extension } from '@codemirror/state';
import { type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { EditorExtensionRegistry, type IEditorExtensionRegistry } from '@jupyterlab/codemirror';

import { codePointsOf } from '../core/code-points.js';
import type { Cursor } from '../core/cursors.js';
import { CURSOR_LAYERS, cursorsIn, placed } from './cursor-layers.js';

type Model = CodeEditor.IModel;

/** Where the own cursor of an editor stands, in code points. */
export type ReadCursor = () => { anchor: number; head: number };

interface Parts {
  /** What is to be drawn in the editor of a model. */
  of: (model: Model) => readonly Cursor[];
  /** The own cursor stands elsewhere; null: in no editor. */
  onCursor: (model: Model, read: ReadCursor | null) => void;
}

export class CursorMarks {
  private readonly views = new Map<Model, Set<EditorView>>();

  constructor(private readonly parts: Parts) {}

  register(registry: IEditorExtensionRegistry): void {
    registry.addExtension({
      name: 'jupyter-realtime-cursors',
      factory: ({ model }) =>
        EditorExtensionRegistry.createImmutableExtension(this.extensionOf(model)),
    });
  }

  /** Draw the cursors of a model anew. */
  draw(model: Model): void {
    const cursors = this.parts.of(model);
    for (const view of this.views.get(model) ?? []) {
      const isShown = shown.get(view.state) === CURSOR_LAYERS;
      const show = isShown ? [] : [shown.reconfigure(CURSOR_LAYERS)];
      view.dispatch({ effects: [...show, placed.of(cursors)] });
    }
  }

  private extensionOf(model: Model): Extension {
    const marks = this;
    const watch = ViewPlugin.fromClass(
      class {
        constructor(private readonly view: EditorView) {
          marks.add(model, view);
          // A view can't be told anything while it is being made.
          if (marks.parts.of(model).length > 0) {
            queueMicrotask(() => marks.views.get(model)?.has(view) && marks.draw(model));
          }
        }

        update({ view, selectionSet, focusChanged, docChanged }: ViewUpdate): void {
          if (focusChanged && !view.hasFocus) {
            marks.parts.onCursor(model, null);
          } else if (view.hasFocus && (selectionSet || focusChanged || docChanged)) {
            marks.parts.onCursor(model, () => ownCursor(view));
          }
        }

        destroy(): void {
          marks.remove(model, this.view);
        }
      },
    );
    return [watch, cursorsIn, shown.of([])];
  }

  private add(model: Model, view: EditorView): void {
    const views = this.views.get(model) ?? new Set();
    this.views.set(model, views.add(view));
  }

  private remove(model: Model, view: EditorView): void {
    const views = this.views.get(model);
    views?.delete(view);
    if (views?.size === 0) {
      this.views.delete(model);
    }
  }
}

function ownCursor({ state }: EditorView): { anchor: number; head: number } {
  const { anchor, head } = state.selection.main;
  const points = (at: number) => codePointsOf(state.doc.sliceString(0, at));
  return { anchor: points(anchor), head: points(head) };
}

/** Editors in which nobody was have no layers. */
const shown = new Compartment();
