/** Other people in the documents that are open here: their cursors in editors, their marks at cells. */

import type { CodeEditor } from '@jupyterlab/codeeditor';
import type { IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';

import type { Connection } from '../core/connection.js';
import { type CellId, type Cursor, Cursors } from '../core/cursors.js';
import type { DocumentPaths, DocumentRef } from '../core/document-paths.js';
import { nextFrame } from '../core/frames.js';
import type { Here } from '../core/here.js';
import type { Presence, Present } from '../core/presence.js';
import { othersOf } from '../core/present.js';
import { CellPeople } from './cell-people.js';
import { CursorMarks } from './cursor-marks.js';
import { isNotebook, piecesOf } from './pieces.js';
import { withoutDrive } from './targets.js';

interface Parts {
  connection: Connection;
  presence: Presence;
  paths: DocumentPaths;
  here: Here;
  trans: TranslationBundle;
}

interface Open {
  document: DocumentRef;
  cursors: Cursors | null;
  people: CellPeople | null;
  leave: () => void;
}

export class Others {
  private readonly marks: CursorMarks;
  private readonly open = new Map<IDocumentWidget<Widget>, Open | null>();
  private scheduled = false;

  constructor(private readonly parts: Parts) {
    this.marks = new CursorMarks({
      of: model => this.cursorsOf(model),
      onCursor: (model, read) => {
        const cell = this.cellOf(model);
        if (read === null) {
          parts.here.pointAt(null);
        } else if (cell !== undefined) {
          parts.here.pointAt(() => ({ cell, ...read() }));
        }
      },
    });
    parts.presence.store.subscribe(() => this.soon());
    parts.connection.store.subscribe((state, before) => {
      if (state.status === 'online' && before.status !== 'online') {
        this.findAll();
      }
    });
  }

  register(editors: IEditorExtensionRegistry): void {
    this.marks.register(editors);
  }

  /** Show others in a document for as long as it is open. */
  watch(widget: IDocumentWidget<Widget>): void {
    this.open.set(widget, null);
    const find = () => void this.find(widget);
    void widget.context.ready.then(find);
    widget.context.pathChanged.connect(find);
    widget.disposed.connect(() => {
      this.close(widget);
      this.open.delete(widget);
    });
  }

  /** The number of a cell, from 1, in a document that is open here; null where it isn't. */
  numberOf(document: string, cell: string): number | null {
    for (const [widget, open] of this.open) {
      if (open?.document.id === document && isNotebook(widget)) {
        const at = Array.from(widget.content.model?.cells ?? []).findIndex(({ id }) => id === cell);
        return at < 0 ? null : at + 1;
      }
    }
    return null;
  }

  private findAll(): void {
    for (const [widget, open] of this.open) {
      if (open === null) {
        void this.find(widget);
      }
    }
  }

  private async find(widget: IDocumentWidget<Widget>): Promise<void> {
    const path = withoutDrive(widget.context.path);
    const document = await this.parts.paths.at(path).catch(() => null);
    const isThere = this.open.has(widget) && !widget.isDisposed;
    if (document !== null && isThere && this.open.get(widget)?.document.id !== document.id) {
      this.close(widget);
      this.open.set(widget, this.join(widget, document));
      this.soon();
    }
  }

  private join(widget: IDocumentWidget<Widget>, document: DocumentRef): Open {
    const { connection, presence, trans } = this.parts;
    // Where several edit one text together, that extension draws their cursors, and knows better where.
    const cursors = isShared(widget)
      ? null
      : new Cursors(
          connection,
          document.id,
          () => connection.store.getState().user?.name ?? null,
          cell => this.draw(widget, cell),
        );
    const stopFollowing = presence.follow(document.project);
    const words = (people: readonly Present[]) =>
      trans.__('Here: %1', people.map(({ user }) => user.display_name).join(', '));
    const people = isNotebook(widget) ? new CellPeople(widget, words) : null;
    const onCells = () => this.soon();
    const cells = isNotebook(widget) ? widget.content.model?.cells : undefined;
    cells?.changed.connect(onCells);
    const leave = () => {
      cells?.changed.disconnect(onCells);
      cursors?.close();
      stopFollowing();
    };
    return { document, cursors, people, leave };
  }

  private close(widget: IDocumentWidget<Widget>): void {
    this.open.get(widget)?.leave();
    this.open.set(widget, null);
  }

  private draw(widget: IDocumentWidget<Widget>, cell: CellId): void {
    if (!widget.isDisposed) {
      for (const { id, model } of piecesOf(widget)) {
        if (id === cell) {
          this.marks.draw(model);
        }
      }
    }
  }

  private cursorsOf(model: CodeEditor.IModel): readonly Cursor[] {
    for (const [widget, open] of this.open) {
      const cell = open?.cursors && !widget.isDisposed ? cellIn(widget, model) : undefined;
      if (cell !== undefined) {
        return open?.cursors?.of(cell) ?? [];
      }
    }
    return [];
  }

  private cellOf(model: CodeEditor.IModel): CellId | undefined {
    for (const widget of this.open.keys()) {
      const cell = widget.isDisposed ? undefined : cellIn(widget, model);
      if (cell !== undefined) {
        return cell;
      }
    }
    return undefined;
  }

  private soon(): void {
    if (!this.scheduled) {
      this.scheduled = true;
      nextFrame(() => {
        this.scheduled = false;
        this.showPeople();
      });
    }
  }

  private showPeople(): void {
    const { teams } = this.parts.presence.store.getState();
    const { user } = this.parts.connection.store.getState();
    for (const [widget, open] of this.open) {
      if (open?.people && !widget.isDisposed) {
        const team = teams[open.document.project]?.people ?? [];
        open.people.show(othersOf(team, user).filter(isIn(open.document)));
      }
    }
  }
}

/** Those who are there now. */
export const isIn =
  ({ id }: DocumentRef) =>
  ({ document, status }: Present): boolean =>
    document === id && status !== 'offline';

const isShared = ({ context }: IDocumentWidget<Widget>): boolean => /^RTC:/.test(context.path);

/** Which piece of a document a model is; undefined: none. */
function cellIn(widget: IDocumentWidget<Widget>, model: CodeEditor.IModel): CellId | undefined {
  return piecesOf(widget).find(piece => piece.model === model)?.id;
}
