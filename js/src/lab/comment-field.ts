/**
 * Threads in one editor, as CodeMirror has them: their code underlined, a mark in the gutter with their number.
 *
 * It knows nothing of JupyterLab. Marks move with the text as it is edited.
 */

import {
  Compartment,
  type Extension,
  Facet,
  RangeSet,
  StateEffect,
  StateField,
} from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutter } from '@codemirror/view';

import { COMMENTS_LOOK } from './comment-look.js';
import { type Mapped, mapped } from './comment-mapping.js';

/** A thread in an editor. */
export interface CommentMark extends Mapped {
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

const put = StateEffect.define<readonly CommentMark[]>();
const show = StateEffect.define<string | null>();

/** What an editor needs to show threads; `words` says how many a mark has. */
export function commentField(onOpen: Open, words: Words): Extension {
  return [marked, gutters.of([]), opening.of(onOpen), naming.of(words), COMMENTS_LOOK];
}

/** Mark these threads: known ones stay where they have moved to, unless they were placed anew. */
export function putMarks(
  view: EditorView,
  marks: readonly CommentMark[],
  shown: string | null,
): void {
  const field = view.state.field(marked, false);
  const known = field?.marks ?? [];
  const next = marks.map(mark => kept(field?.byThread, mark) ?? mark);
  if (field && !isSame(known, next)) {
    // Only where there is something to mark: cells without threads keep their width.
    const change = gutters.reconfigure(next.length > 0 ? GUTTER : []);
    view.dispatch({ effects: [put.of(next), show.of(shown), change] });
  }
}

/** Highlight the code of a thread. */
export function showMark(view: EditorView, thread: string | null): void {
  const field = view.state.field(marked, false);
  if (field && field.shown !== thread && field.marks.length > 0) {
    view.dispatch({ effects: show.of(thread) });
  }
}

export function markIn(view: EditorView, thread: string): CommentMark | undefined {
  return view.state.field(marked, false)?.byThread.get(thread);
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
      marks = marks.map(mark => mapped(mark, tr));
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
    ? { ...mark, from: before.from, to: before.to, lost: before.lost }
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
