/**
 * Other people's cursors and selections in editors, and one's own told to them.
 *
 * They move with the text as it is edited here, until the next word about them. They take no room and no
 * clicks: nothing in the text moves, and nothing is in the way of the pointer.
 */

import { type Extension, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  EditorView,
  ViewPlugin,
  type ViewUpdate,
  WidgetType,
} from '@codemirror/view';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { EditorExtensionRegistry, type IEditorExtensionRegistry } from '@jupyterlab/codemirror';

import { codePointsOf, unitsOf } from '../core/code-points.js';
import type { Cursor } from '../core/cursors.js';
import { CURSORS_LOOK } from './cursors-look.js';

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
    for (const view of this.views.get(model) ?? []) {
      view.dispatch({ effects: placed.of(this.parts.of(model)) });
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
    return [watch, drawn, CURSORS_LOOK];
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

const placed = StateEffect.define<readonly Cursor[]>();

const drawn = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(before, { effects, changes, docChanged, state }) {
    let decorations = docChanged ? before.map(changes) : before;
    for (const effect of effects) {
      if (effect.is(placed)) {
        decorations = decorationsOf(effect.value, state.doc.toString());
      }
    }
    return decorations;
  },
  provide: field => EditorView.decorations.from(field),
});

function decorationsOf(cursors: readonly Cursor[], text: string): DecorationSet {
  const ranges = cursors.flatMap(({ user, anchor, head }) => {
    const [from, to] = [unitsOf(text, anchor), unitsOf(text, head)];
    const caret = Decoration.widget({ widget: new Caret(user.display_name, user.color), side: 1 });
    const selection = Decoration.mark({
      class: 'jrt-selection-of',
      attributes: { style: `--jrt-person: ${safeColor(user.color)}` },
    });
    const isEmpty = from === to;
    return [
      caret.range(to),
      ...(isEmpty ? [] : [selection.range(Math.min(from, to), Math.max(from, to))]),
    ];
  });
  return Decoration.set(ranges, true);
}

/** It stands in an attribute: nothing but a colour. */
const safeColor = (color: string): string => (/^[\w#(),.%\s-]+$/.test(color) ? color : 'gray');

class Caret extends WidgetType {
  constructor(
    private readonly name: string,
    private readonly color: string,
  ) {
    super();
  }

  override eq(other: Caret): boolean {
    return this.name === other.name && this.color === other.color;
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement('span');
    caret.className = 'jrt-caret';
    caret.setAttribute('aria-hidden', 'true');
    caret.style.setProperty('--jrt-person', this.color);
    // As an attribute, drawn by the style sheet: it must not be text of the editor.
    caret.dataset.jrtName = this.name;
    return caret;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}
