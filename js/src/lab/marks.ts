/**
 * Issues in the editors: a mark in the gutter, a squiggle, a tooltip with the fix.
 *
 * Every editor tells which model it shows. Its marks move with the text as it is edited, and are put anew
 * only while nobody types in it.
 */

import { type Diagnostic, forEachDiagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { Compartment, type Extension } from '@codemirror/state';
import { type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { EditorExtensionRegistry, type IEditorExtensionRegistry } from '@jupyterlab/codemirror';

import { MARKS_LOOK } from './marks-look.js';

const IDLE_MILLISECONDS = 1000;
const HOVER_MILLISECONDS = 200;

export class Marks {
  private readonly views = new Map<CodeEditor.IModel, Set<EditorView>>();
  private readonly typedAt = new WeakMap<EditorView, number>();

  /** `onIdle`: the editor of a model is new, or its person has stopped typing. */
  constructor(private readonly onIdle: (model: CodeEditor.IModel) => void) {}

  register(registry: IEditorExtensionRegistry): void {
    registry.addExtension({
      name: 'jupyter-realtime-marks',
      factory: ({ model }) =>
        EditorExtensionRegistry.createImmutableExtension(this.extensionOf(model)),
    });
  }

  /** Whether an editor shows the model now. */
  shows(model: CodeEditor.IModel): boolean {
    return this.views.has(model);
  }

  /** Mark the text of a model, unless somebody types in it: then it is asked for again. */
  put(model: CodeEditor.IModel, diagnostics: readonly Diagnostic[]): void {
    for (const view of this.views.get(model) ?? []) {
      if (!this.isTypedIn(view) && !isSame(view, diagnostics)) {
        view.dispatch(setDiagnostics(view.state, diagnostics), {
          effects: gutter.reconfigure(diagnostics.length > 0 ? GUTTER : []),
        });
      }
    }
  }

  private isTypedIn(view: EditorView): boolean {
    return performance.now() - (this.typedAt.get(view) ?? -Infinity) < IDLE_MILLISECONDS;
  }

  private extensionOf(model: CodeEditor.IModel): Extension {
    const marks = this;
    const watch = ViewPlugin.fromClass(
      class {
        private timer: ReturnType<typeof setTimeout> | undefined;

        constructor(private readonly view: EditorView) {
          marks.add(model, view);
          this.later(0);
        }

        update({ docChanged, view }: ViewUpdate): void {
          if (docChanged) {
            marks.typedAt.set(view, performance.now());
            this.later(IDLE_MILLISECONDS + 1);
          }
        }

        destroy(): void {
          clearTimeout(this.timer);
          marks.remove(model, this.view);
        }

        private later(milliseconds: number): void {
          clearTimeout(this.timer);
          this.timer = setTimeout(() => marks.onIdle(model), milliseconds);
        }
      },
    );
    return [watch, gutter.of([])];
  }

  private add(model: CodeEditor.IModel, view: EditorView): void {
    const views = this.views.get(model) ?? new Set();
    this.views.set(model, views.add(view));
  }

  private remove(model: CodeEditor.IModel, view: EditorView): void {
    const views = this.views.get(model);
    views?.delete(view);
    if (views?.size === 0) {
      this.views.delete(model);
    }
  }
}

const gutter = new Compartment();
/** Only where there is something to mark: cells without issues keep their width. */
const GUTTER = [lintGutter({ hoverTime: HOVER_MILLISECONDS }), MARKS_LOOK];

/** Nothing is drawn anew that stands there already: an open tooltip stays. */
function isSame(view: EditorView, diagnostics: readonly Diagnostic[]): boolean {
  const present: string[] = [];
  forEachDiagnostic(view.state, (found, from, to) => present.push(keyOf(found, from, to)));
  const wanted = diagnostics.map(it => keyOf(it, it.from, it.to));
  return present.sort().join('\n') === wanted.sort().join('\n');
}

const keyOf = (it: Diagnostic, from: number, to: number): string =>
  `${from} ${to} ${it.source} ${it.message}`;
