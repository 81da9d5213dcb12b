/**
 * Threads in the editors of JupyterLab, by the models that these show.
 *
 * Every editor tells which model it shows. Marks move with the text as it is edited, and are put anew only
 * where the server has placed their thread anew.
 */

import { type Extension, StateEffect, StateField } from '@codemirror/state';
import { EditorView, showTooltip, type Tooltip, ViewPlugin } from '@codemirror/view';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { EditorExtensionRegistry, type IEditorExtensionRegistry } from '@jupyterlab/codemirror';

import type { TextRange } from '../core/anchor-place.js';
import { type CommentMark, commentField, markIn, putMarks, showMark } from './comment-field.js';

export type { CommentMark } from './comment-field.js';

export interface CommentEvents {
  /** An editor of a model is there. */
  onView: (model: CodeEditor.IModel) => void;
  /** Somebody has clicked a mark. */
  onOpen: (model: CodeEditor.IModel, threads: readonly string[]) => void;
  /** Somebody wants to comment on what is selected. */
  onComment: (model: CodeEditor.IModel) => void;
  /** Whether commenting is offered at a selection. */
  mayComment: (model: CodeEditor.IModel) => boolean;
  words: (count: number) => string;
  /** What the button at a selection says. */
  offer: string;
}

const withdraw = StateEffect.define<null>();

export class CommentMarks {
  private readonly views = new Map<CodeEditor.IModel, Set<EditorView>>();
  private shown: string | null = null;

  constructor(private readonly events: CommentEvents) {}

  register(registry: IEditorExtensionRegistry): void {
    registry.addExtension({
      name: 'jupyter-realtime-comments',
      factory: ({ model }) =>
        EditorExtensionRegistry.createImmutableExtension(this.extensionOf(model)),
    });
  }

  /** Mark the text of a model: known marks stay where they have moved to. */
  put(model: CodeEditor.IModel, marks: readonly CommentMark[]): void {
    for (const view of this.views.get(model) ?? []) {
      putMarks(view, marks, this.shown);
    }
  }

  /** Highlight the code of a thread, wherever it is. */
  highlight(thread: string | null): void {
    this.shown = thread;
    for (const view of [...this.views.values()].flatMap(views => [...views])) {
      showMark(view, thread);
    }
  }

  /** Where a thread is in an editor now that was placed like this; null: no editor has it. */
  rangeOf(model: CodeEditor.IModel, thread: string, placed: string): TextRange | null {
    for (const view of this.views.get(model) ?? []) {
      const mark = markIn(view, thread);
      if (mark?.placed === placed) {
        return { from: mark.from, to: mark.to };
      }
    }
    return null;
  }

  /** Where on the screen something of a model is; null: it isn't drawn. */
  rectOf(model: CodeEditor.IModel, { from }: TextRange): DOMRect | null {
    for (const view of this.views.get(model) ?? []) {
      const at = view.dom.isConnected
        ? view.coordsAtPos(Math.min(from, view.state.doc.length))
        : null;
      if (at) {
        return new DOMRect(at.left, at.top, 0, at.bottom - at.top);
      }
    }
    return null;
  }

  private extensionOf(model: CodeEditor.IModel): Extension {
    const comments = this;
    const watch = ViewPlugin.fromClass(
      class {
        constructor(private readonly view: EditorView) {
          comments.add(model, view);
        }

        destroy(): void {
          comments.remove(model, this.view);
        }
      },
    );
    const clicks = EditorView.domEventHandlers({
      mousedown: (event, view) => {
        const mark = (event.target as Element).closest?.<HTMLElement>('[data-jrt-threads]');
        if (mark && view.dom.contains(mark)) {
          event.preventDefault();
          return true;
        }
        return false;
      },
    });
    const field = commentField(ids => this.events.onOpen(model, ids), this.events.words);
    return [watch, field, clicks, offer(model, this.events)];
  }

  private add(model: CodeEditor.IModel, view: EditorView): void {
    const views = this.views.get(model) ?? new Set();
    this.views.set(model, views.add(view));
    // The view is being made: what it is to show comes after that.
    setTimeout(() => this.views.get(model)?.has(view) && this.events.onView(model), 0);
  }

  private remove(model: CodeEditor.IModel, view: EditorView): void {
    const views = this.views.get(model);
    views?.delete(view);
    if (views?.size === 0) {
      this.views.delete(model);
    }
  }
}

/** A button at what is selected; whoever goes elsewhere has not selected it to comment on it. */
function offer(model: CodeEditor.IModel, events: CommentEvents): Extension {
  const create = () => {
    const dom = document.createElement('div');
    dom.className = 'jrt-here';
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', className: 'jrt-here-button', tabIndex: -1 });
    button.textContent = events.offer;
    // The editor keeps its selection.
    button.addEventListener('mousedown', event => event.preventDefault());
    button.addEventListener('click', () => events.onComment(model));
    dom.append(button);
    return { dom, offset: { x: 0, y: 4 } };
  };
  const field = StateField.define<Tooltip | null>({
    create: () => null,
    update: (value, tr) => {
      if (tr.effects.some(effect => effect.is(withdraw))) {
        return null;
      }
      if (!tr.selection && !tr.docChanged) {
        return value;
      }
      const { main } = tr.state.selection;
      if (main.empty || !tr.isUserEvent('select') || !events.mayComment(model)) {
        return null;
      }
      return { pos: main.head, above: main.head <= main.anchor, create };
    },
    provide: it => showTooltip.from(it),
  });
  const blur = EditorView.domEventHandlers({
    blur: (_, view) => {
      if (view.state.field(field, false)) {
        // Not in the midst of whatever takes the focus.
        setTimeout(() => view.dispatch({ effects: withdraw.of(null) }), 0);
      }
      return false;
    },
  });
  return [field, blur];
}
