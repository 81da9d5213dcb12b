/**
 * Threads in editors: a mark in the gutter with their number, and their code underlined.
 *
 * Every editor tells which model it shows. Marks move with the text as it is edited, and are put anew only
 * where the server has placed their thread anew.
 */

import {
  Compartment,
  type Extension,
  Facet,
  RangeSet,
  StateEffect,
  StateField,
} from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  EditorView,
  GutterMarker,
  gutter,
  showTooltip,
  type Tooltip,
  ViewPlugin,
} from '@codemirror/view';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { EditorExtensionRegistry, type IEditorExtensionRegistry } from '@jupyterlab/codemirror';

import type { TextRange } from '../core/anchor-place.js';
import { COMMENTS_LOOK } from './comment-look.js';

/** A thread in an editor. */
export interface CommentMark extends TextRange {
  thread: string;
  /** What the server says of its place: as long as it says the same, the mark stays where it is. */
  placed: string;
  resolved: boolean;
}

interface Marked {
  marks: readonly CommentMark[];
  byThread: ReadonlyMap<string, CommentMark>;
  /** The thread whose code is highlighted. */
  shown: string | null;
  ranges: DecorationSet;
  gutter: RangeSet<GutterMarker>;
}

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

const put = StateEffect.define<readonly CommentMark[]>();
const show = StateEffect.define<string | null>();

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
      const field = view.state.field(marked, false);
      const known = field?.marks ?? [];
      const next = marks.map(mark => kept(field?.byThread, mark) ?? mark);
      if (!isSame(known, next)) {
        const change = gutters.reconfigure(next.length > 0 ? [GUTTER, COMMENTS_LOOK] : []);
        view.dispatch({ effects: [put.of(next), show.of(this.shown), change] });
      }
    }
  }

  /** Highlight the code of a thread, wherever it is. */
  highlight(thread: string | null): void {
    this.shown = thread;
    for (const view of [...this.views.values()].flatMap(views => [...views])) {
      const field = view.state.field(marked, false);
      if (field && field.shown !== thread && field.marks.length > 0) {
        view.dispatch({ effects: show.of(thread) });
      }
    }
  }

  /** Where a thread is in an editor now that was placed like this; null: no editor has it. */
  rangeOf(model: CodeEditor.IModel, thread: string, placed: string): TextRange | null {
    for (const view of this.views.get(model) ?? []) {
      const mark = view.state.field(marked, false)?.byThread.get(thread);
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
    return [
      watch,
      marked,
      gutters.of([]),
      opening.of(threads => this.events.onOpen(model, threads)),
      naming.of(this.events.words),
      clicks,
      this.offer(model),
    ];
  }

  /** A button above what is selected. */
  private offer(model: CodeEditor.IModel): Extension {
    const { events } = this;
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
    return [field, COMMENTS_LOOK];
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

const gutters = new Compartment();

type Open = (threads: readonly string[]) => void;
const opening = Facet.define<Open, Open>({ combine: ([first]) => first ?? (() => {}) });
type Words = (count: number) => string;
const naming = Facet.define<Words, Words>({ combine: ([first]) => first ?? String });

class Bubble extends GutterMarker {
  constructor(
    private readonly threads: readonly string[],
    private readonly isResolved: boolean,
  ) {
    super();
  }

  override eq(other: Bubble): boolean {
    return (
      this.isResolved === other.isResolved && this.threads.join(' ') === other.threads.join(' ')
    );
  }

  override toDOM(view: EditorView): HTMLElement {
    const button = document.createElement('button');
    const { length } = this.threads;
    Object.assign(button, { type: 'button', className: 'jrt-comment-mark' });
    Object.assign(button.dataset, {
      jrtThreads: this.threads.join(' '),
      jrtResolved: String(this.isResolved),
    });
    const words = view.state.facet(naming)(length);
    button.setAttribute('aria-label', words);
    button.title = words;
    const number = document.createElement('span');
    number.textContent = String(length);
    button.append(number);
    button.addEventListener('click', () => view.state.facet(opening)(this.threads));
    return button;
  }
}

const marked = StateField.define<Marked>({
  create: () => ({
    ...{
      marks: [],
      byThread: new Map(),
      shown: null,
      ranges: Decoration.none,
      gutter: RangeSet.empty,
    },
  }),
  update(value, tr) {
    let { marks, shown } = value;
    if (tr.docChanged) {
      marks = marks.map(mark => ({
        ...mark,
        // What is typed at its edges is none of it.
        from: tr.changes.mapPos(mark.from, 1),
        to: Math.max(tr.changes.mapPos(mark.from, 1), tr.changes.mapPos(mark.to, -1)),
      }));
    }
    for (const effect of tr.effects) {
      if (effect.is(put)) {
        marks = effect.value;
      } else if (effect.is(show)) {
        shown = effect.value;
      }
    }
    if (marks === value.marks && shown === value.shown) {
      return value;
    }
    const length = tr.state.doc.length;
    const inside = marks.filter(({ from }) => from <= length);
    return {
      marks,
      byThread: new Map(marks.map(mark => [mark.thread, mark])),
      shown,
      ranges: rangesOf(inside, shown, length),
      gutter: bubblesOf(inside, from => tr.state.doc.lineAt(from).from),
    };
  },
  provide: field => EditorView.decorations.from(field, ({ ranges }) => ranges),
});

const GUTTER = gutter({
  class: 'jrt-comment-gutter',
  markers: view => view.state.field(marked).gutter,
});

function rangesOf(
  marks: readonly CommentMark[],
  shown: string | null,
  length: number,
): DecorationSet {
  const ranges = marks.flatMap(({ from, to, thread, resolved }) => {
    const end = Math.min(to, length);
    const attributes = {
      'data-jrt-code': thread,
      'data-jrt-resolved': String(resolved),
      'data-jrt-shown': String(thread === shown),
    };
    return end > from
      ? [Decoration.mark({ class: 'jrt-commented', attributes }).range(from, end)]
      : [];
  });
  return Decoration.set(ranges, true);
}

function bubblesOf(
  marks: readonly CommentMark[],
  lineAt: (from: number) => number,
): RangeSet<GutterMarker> {
  const lines = new Map<number, CommentMark[]>();
  for (const mark of marks) {
    const line = lineAt(mark.from);
    const here = lines.get(line);
    if (here) {
      here.push(mark);
    } else {
      lines.set(line, [mark]);
    }
  }
  const bubbles = Array.from(lines, ([line, here]) => {
    // Those that are open count; a line with none of them says so in grey.
    const open = here.filter(({ resolved }) => !resolved);
    const said = open.length > 0 ? open : here;
    return new Bubble(
      said.map(({ thread }) => thread),
      open.length === 0,
    ).range(line);
  });
  return RangeSet.of(bubbles, true);
}

function kept(
  known: ReadonlyMap<string, CommentMark> | undefined,
  mark: CommentMark,
): CommentMark | null {
  const before = known?.get(mark.thread);
  return before && before.placed === mark.placed
    ? { ...mark, from: before.from, to: before.to }
    : null;
}

function isSame(one: readonly CommentMark[], other: readonly CommentMark[]): boolean {
  return (
    one.length === other.length &&
    one.every((mark, at) => {
      const now = other[at] as CommentMark;
      return (
        mark.thread === now.thread &&
        mark.from === now.from &&
        mark.to === now.to &&
        mark.resolved === now.resolved &&
        mark.placed === now.placed
      );
    })
  );
}
