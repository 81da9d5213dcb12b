/**
 * How other people's cursors are drawn: over the text and behind it, in layers of their own.
 *
 * The text is not drawn anew when somebody moves, and an element that is there is only moved, so that a
 * hundred of them cost little. Who comes is named for a moment, and again in another line; in a crowd nobody
 * is: their names would cover each other, and the text.
 */

import {
  type ChangeDesc,
  EditorSelection,
  StateEffect,
  StateField,
  type Text,
} from '@codemirror/state';
import { type EditorView, type LayerMarker, layer, RectangleMarker } from '@codemirror/view';

import { unitsOf } from '../core/code-points.js';
import type { Cursor } from '../core/cursors.js';
import { CURSORS_LOOK } from './cursors-look.js';

/** A cursor in the text that stands here, which may be another one than its person has. */
interface Placed {
  cursor: Cursor;
  anchor: number;
  head: number;
}

const MOST_NAMED = 8;

/** Others have these cursors in this editor now. */
export const placed = StateEffect.define<readonly Cursor[]>();

/** They move along with what is typed, until the next word about them. */
export const cursorsIn = StateField.define<readonly Placed[]>({
  create: () => [],
  update(before, { effects, changes, docChanged, state }) {
    for (const effect of effects) {
      if (effect.is(placed)) {
        return place(effect.value, state.doc);
      }
    }
    return docChanged && before.length > 0 ? before.map(one => moved(one, changes)) : before;
  },
});

/** What is typed at the ends of a selection is none of it. */
function moved({ cursor, anchor, head }: Placed, changes: ChangeDesc): Placed {
  return {
    cursor,
    anchor: changes.mapPos(anchor, anchor <= head ? 1 : -1),
    head: changes.mapPos(head, anchor < head ? -1 : 1),
  };
}

function place(cursors: readonly Cursor[], doc: Text): Placed[] {
  const text = doc.toString();
  return cursors.map(cursor => ({
    cursor,
    anchor: unitsOf(text, cursor.anchor),
    head: unitsOf(text, cursor.head),
  }));
}

class Caret implements LayerMarker {
  constructor(
    private readonly of: Cursor,
    private readonly at: RectangleMarker,
    private readonly line: number,
    private readonly isNamed: boolean,
  ) {}

  eq(other: Caret): boolean {
    const isSame = this.of.key === other.of.key && this.isNamed === other.isNamed;
    return isSame && this.line === other.line && this.at.eq(other.at);
  }

  draw(): HTMLElement {
    const caret = document.createElement('span');
    caret.className = 'jrt-caret';
    this.write(caret);
    return caret;
  }

  update(caret: HTMLElement, before: Caret): boolean {
    this.write(caret);
    if (this.line !== before.line && this.of.key === before.of.key) {
      for (const animation of caret.getAnimations({ subtree: true })) {
        animation.currentTime = 0;
        animation.play();
      }
    }
    return true;
  }

  private write({ style, dataset }: HTMLElement): void {
    const { user } = this.of;
    style.setProperty('--jrt-person', user.color);
    style.transform = `translate(${this.at.left}px, ${this.at.top}px)`;
    style.height = `${this.at.height}px`;
    // As an attribute, drawn by the style sheet: it is no text of the editor.
    dataset.jrtName = this.isNamed ? user.display_name : '';
    dataset.jrtPerson = user.name;
    dataset.jrtLine = this.line === 1 ? 'first' : '';
  }
}

class Selection implements LayerMarker {
  constructor(
    private readonly of: Cursor,
    private readonly at: RectangleMarker,
  ) {}

  eq(other: Selection): boolean {
    return this.of.user.color === other.of.user.color && this.at.eq(other.at);
  }

  draw(): HTMLElement {
    const part = this.at.draw();
    this.color(part);
    return part;
  }

  update(part: HTMLElement, before: Selection): boolean {
    this.color(part);
    return this.at.update(part, before.at);
  }

  private color({ style, dataset }: HTMLElement): void {
    style.setProperty('--jrt-person', this.of.user.color);
    dataset.jrtPerson = this.of.user.name;
  }
}

/** Where some text is drawn; many stand at the same, and to ask the browser is what costs. */
function placesIn(view: EditorView, className: string) {
  const known = new Map<string, readonly RectangleMarker[]>();
  return (anchor: number, head: number): readonly RectangleMarker[] => {
    const key = `${anchor} ${head}`;
    const range = EditorSelection.range(anchor, head);
    const found = known.get(key) ?? RectangleMarker.forRange(view, className, range);
    known.set(key, found);
    return found;
  };
}

function carets(view: EditorView): Caret[] {
  const all = view.state.field(cursorsIn);
  const places = placesIn(view, '');
  return all.flatMap(({ cursor, head }) => {
    const [at] = places(head, head);
    const line = view.state.doc.lineAt(head).number;
    return at ? [new Caret(cursor, at, line, all.length <= MOST_NAMED)] : [];
  });
}

function selections(view: EditorView): Selection[] {
  const places = placesIn(view, 'jrt-selection-of');
  return view.state
    .field(cursorsIn)
    .filter(({ anchor, head }) => anchor !== head)
    .flatMap(({ cursor, anchor, head }) =>
      places(anchor, head).map(at => new Selection(cursor, at)),
    );
}

const isOther = ({ startState, state, docChanged }: Parameters<Changed>[0]): boolean =>
  docChanged || startState.field(cursorsIn) !== state.field(cursorsIn);
type Changed = Parameters<typeof layer>[0]['update'];

export const CURSOR_LAYERS = [
  layer({ above: true, class: 'jrt-carets', update: isOther, markers: carets }),
  layer({ above: false, class: 'jrt-selections', update: isOther, markers: selections }),
  CURSORS_LOOK,
];
