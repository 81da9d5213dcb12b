/**
 * Which threads stand where in which open document.
 *
 * Rules
 * 1. A thread stands at the code that the server names, as long as the text before the person reads so; while
 *    that is edited, it moves along. Where its code isn't found it stands at its cell; without one, in the panel.
 * 2. Marks are put with the next frame, however much happens before; what is heard of threads comes with one.
 */

import type { CodeEditor } from '@jupyterlab/codeeditor';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { Widget } from '@lumino/widgets';

import { rangeIn, type TextRange } from '../core/anchor-place.js';
import type { Connection } from '../core/connection.js';
import type { DocumentPaths, DocumentRef } from '../core/document-paths.js';
import { nextFrame } from '../core/frames.js';
import { keyOf, type OwnThread, type ThreadQuery, type Threads } from '../core/threads.js';
import { type CellThreads, CommentCells } from './comment-cells.js';
import { type CommentEvents, type CommentMark, CommentMarks } from './comment-marks.js';
import { isNotebook, type Piece, piecesOf, textOf } from './pieces.js';
import { withoutDrive } from './targets.js';

/** Where a thread is now. */
export interface ThreadPlace {
  thread: OwnThread;
  piece: Piece;
  /** Which piece of the document, from 0. */
  at: number;
  /** Null: the whole piece. */
  range: TextRange | null;
}

export interface OpenDocument {
  widget: IDocumentWidget<Widget>;
  document: DocumentRef;
  query: ThreadQuery;
  cells: CommentCells | null;
  leave: () => void;
}

type Events = Omit<CommentEvents, 'onView' | 'onOpen' | 'onComment' | 'mayComment'> & {
  onOpen: (open: OpenDocument, threads: readonly string[]) => void;
  onComment: (open: OpenDocument) => void;
  mayComment: (document: DocumentRef) => boolean;
};

interface Parts {
  connection: Connection;
  threads: Threads;
  paths: DocumentPaths;
  events: Events;
}

const TELL_AFTER_MS = 200;

export class CommentDocuments {
  readonly marks: CommentMarks;
  private readonly open = new Map<IDocumentWidget<Widget>, OpenDocument | null>();
  private readonly listeners = new Set<() => void>();
  private scheduled = false;
  private telling: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly parts: Parts) {
    const { connection, events, threads } = parts;
    this.marks = new CommentMarks({
      onView: () => this.soon(),
      onOpen: (model, ids) => this.withModel(model, open => events.onOpen(open, ids)),
      onComment: model => this.withModel(model, events.onComment),
      mayComment: model => {
        const open = this.ofModel(model);
        return open !== null && events.mayComment(open.document);
      },
      words: events.words,
      offer: events.offer,
    });
    threads.store.subscribe((state, before) => state.lists !== before.lists && this.show());
    connection.store.subscribe((state, before) => {
      if (state.status === 'online' && before.status !== 'online') {
        for (const widget of this.open.keys()) {
          void this.find(widget);
        }
      }
    });
  }

  /** Show the threads of a document for as long as it is open. */
  watch(widget: IDocumentWidget<Widget>): void {
    this.open.set(widget, null);
    widget.disposed.connect(() => {
      this.open.get(widget)?.leave();
      this.open.delete(widget);
      this.tell();
    });
    widget.context.pathChanged.connect(() => void this.find(widget, true));
    void widget.context.ready.then(() => {
      widget.context.model.contentChanged.connect(() => this.tellSoon());
      if (isNotebook(widget)) {
        widget.content.model?.cells.changed.connect(() => this.soon());
      }
      void this.find(widget);
    });
  }

  /** Be told when a document comes, goes, or has other threads. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  of(widget: Widget | null): OpenDocument | null {
    return (widget && this.open.get(widget as IDocumentWidget<Widget>)) ?? null;
  }

  byId(document: string): OpenDocument | null {
    return this.all.find(open => open.document.id === document) ?? null;
  }

  threadsOf({ query }: OpenDocument): readonly OwnThread[] {
    return this.parts.threads.store.getState().lists[keyOf(query)]?.items ?? [];
  }

  /** Where the threads of a document are now, from its beginning to its end. */
  places(open: OpenDocument): ThreadPlace[] {
    const pieces = piecesOf(open.widget);
    const byId = new Map(pieces.map((piece, at) => [piece.id, { piece, at }]));
    return this.threadsOf(open)
      .flatMap(thread => {
        const found = byId.get(thread.anchor.cell_id);
        return found && thread.anchor.scope !== 'document'
          ? { thread, ...found, range: this.rangeOf(found.piece, thread) }
          : [];
      })
      .sort((a, b) => a.at - b.at || (a.range?.from ?? 0) - (b.range?.from ?? 0));
  }

  placeOf(open: OpenDocument, id: string): ThreadPlace | null {
    const thread = this.parts.threads.get(id);
    if (thread === null || thread.anchor.scope === 'document') {
      return null;
    }
    const pieces = piecesOf(open.widget);
    const at = pieces.findIndex(piece => piece.id === thread.anchor.cell_id);
    const piece = pieces[at];
    return piece ? { thread, piece, at, range: this.rangeOf(piece, thread) } : null;
  }

  /** Where it has moved to, as long as the server says of its place what it said then. */
  private rangeOf(piece: Piece, thread: OwnThread): TextRange | null {
    const moved = this.marks.rangeOf(piece.model, thread.id, placedBy(thread));
    return moved ?? rangeIn(textOf(piece), thread.anchor);
  }

  private get all(): OpenDocument[] {
    return [...this.open.values()].flatMap(open => open ?? []);
  }

  private ofModel(model: CodeEditor.IModel): OpenDocument | null {
    return (
      this.all.find(({ widget }) => piecesOf(widget).some(piece => piece.model === model)) ?? null
    );
  }

  private withModel(model: CodeEditor.IModel, act: (open: OpenDocument) => void): void {
    const open = this.ofModel(model);
    if (open) {
      act(open);
    }
  }

  private async find(widget: IDocumentWidget<Widget>, isRenamed = false): Promise<void> {
    const { paths, threads } = this.parts;
    const known = this.open.get(widget);
    if (known && !isRenamed) {
      return;
    }
    const path = withoutDrive(widget.context.path);
    const document = await paths.at(path).catch(() => null);
    const isStill = this.open.has(widget) && withoutDrive(widget.context.path) === path;
    // Without an answer the next connection asks again.
    if (document === null || !isStill || this.open.get(widget)?.document.id === document.id) {
      return;
    }
    this.open.get(widget)?.leave();
    const query = { document: document.id };
    const open: OpenDocument = {
      ...{ widget, document, query, cells: null },
      leave: threads.open(document.project, query),
    };
    if (isNotebook(widget)) {
      open.cells = new CommentCells({
        panel: widget,
        words: this.parts.events.words,
        onOpen: (_, ids) => this.parts.events.onOpen(open, ids),
      });
    }
    this.open.set(widget, open);
    this.soon();
  }

  private soon(): void {
    if (!this.scheduled) {
      this.scheduled = true;
      nextFrame(() => {
        this.scheduled = false;
        this.show();
      });
    }
  }

  private show(): void {
    for (const open of this.all) {
      this.mark(open);
    }
    this.tell();
  }

  /** Somebody types: marks move by themselves, others are told when there is time. */
  private tellSoon(): void {
    this.telling ??= setTimeout(() => {
      this.telling = undefined;
      this.tell();
    }, TELL_AFTER_MS);
  }

  private tell(): void {
    for (const listener of this.listeners) {
      listener();
    }
  }

  private mark(open: OpenDocument): void {
    if (open.widget.isDisposed) {
      return;
    }
    const marks = new Map<CodeEditor.IModel, CommentMark[]>();
    const cells = new Map<string, CellThreads>();
    for (const { thread, piece, range } of this.places(open)) {
      const isOpen = thread.state === 'open';
      if (range) {
        const here = marks.get(piece.model) ?? [];
        marks.set(piece.model, here);
        const placed = placedBy(thread);
        here.push({ thread: thread.id, ...range, placed, resolved: !isOpen });
      }
      // What is rendered shows no editor.
      if (piece.id !== null && isOpen && (range === null || isMarkdown(piece))) {
        const here = cells.get(piece.id) ?? { ids: [], open: 0 };
        cells.set(piece.id, { ids: [...here.ids, thread.id], open: here.open + 1 });
      }
    }
    for (const { model } of piecesOf(open.widget)) {
      this.marks.put(model, marks.get(model) ?? []);
    }
    open.cells?.show(cells);
  }
}

const isMarkdown = ({ model }: Piece): boolean => model.mimeType === 'text/x-ipythongfm';

const placedBy = ({ anchor }: OwnThread): string =>
  `${anchor.cell_id} ${anchor.start} ${anchor.end} ${anchor.quote}`;
