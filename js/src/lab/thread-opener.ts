/** Leads to the code of a thread, and does things to it: what JupyterLab offers to every view of comments. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';

import type { TextRange } from '../core/anchor-place.js';
import type { CommentHands } from '../core/comment-hands.js';
import type { DocumentRef } from '../core/document-paths.js';
import type { Analysis, Issue } from '../core/protocol.js';
import type { OwnThread, Place } from '../core/threads.js';
import type { Anchorage, CommentCard } from './comment-card.js';
import type { CommentDocuments, OpenDocument, ThreadPlace } from './comment-documents.js';
import { type Chosen, chosen, selectionIn, wholeOf } from './commenting.js';
import { position, reveal } from './opener.js';
import { isFileEditor, isNotebook, piecesOf, textOf } from './pieces.js';

interface Parts {
  app: JupyterFrontEnd;
  documents: IDocumentManager;
  comments: CommentDocuments;
  /** Where a document is, from the server's root. */
  pathOf: (document: DocumentRef) => Promise<string>;
  trans: TranslationBundle;
  onProblem: (error: unknown) => void;
}

/** How long an opened document may take until its threads are known. */
const KNOWN_WITHIN_MS = 10_000;
const EDITOR_MS = 2000;

export class ThreadOpener implements CommentHands {
  card: CommentCard | null = null;
  /** Shows where a comment is written. */
  begin: (open: OpenDocument, what: Chosen, issue: string | null) => void = () => {};

  constructor(private readonly parts: Parts) {}

  onChange(listener: () => void): () => void {
    return this.parts.comments.onChange(listener);
  }

  open(thread: OwnThread): void {
    this.show(thread).catch(this.parts.onProblem);
  }

  /** The same for those who show the thread themselves: its code comes into sight, and no card. */
  leading(): CommentHands {
    const lead = async (thread: OwnThread) => {
      this.card?.dismiss();
      await this.scroll(thread);
    };
    const open = (thread: OwnThread) => void lead(thread).catch(this.parts.onProblem);
    return Object.assign(Object.create(this) as ThreadOpener, { open });
  }

  /** Show a thread beside its code; `focus`: in its card. */
  async show(thread: OwnThread, focus = false): Promise<void> {
    this.showCard(await this.scroll(thread), [thread.id], focus);
  }

  private async scroll(thread: OwnThread): Promise<OpenDocument> {
    const open = await this.opened(thread);
    const place = this.parts.comments.placeOf(open, thread.id);
    if (place) {
      await scrollTo(open.widget, place);
    }
    return open;
  }

  showCard(open: OpenDocument, ids: readonly string[], focus: boolean): void {
    const [id = ''] = ids;
    const where = this.anchorage(open, () => this.parts.comments.placeOf(open, id));
    this.card?.reveal({ kind: 'threads', document: open.document, ids, where, focus });
  }

  /** From where a card hangs: the code, else the cell, else the document's upper edge. */
  anchorage(
    open: OpenDocument,
    placed: () => Pick<ThreadPlace, 'piece' | 'at' | 'range'> | null,
  ): Anchorage {
    const { marks } = this.parts.comments;
    const { widget } = open;
    const find = () => {
      if (widget.isDisposed || !widget.isVisible) {
        return null;
      }
      const within = widget.content.node.getBoundingClientRect();
      const place = placed();
      const code = place
        ? marks.rectOf(place.piece.model, place.range ?? { from: 0, to: 0 })
        : null;
      const cell =
        place && isNotebook(widget)
          ? widget.content.widgets[place.at]?.node.getBoundingClientRect()
          : undefined;
      const isDrawn = cell !== undefined && cell.height > 0;
      return { at: code ?? (isDrawn ? cell : within), within };
    };
    return Object.assign(find, { element: widget.content.node });
  }

  async commentOn(issue: Issue, run: Analysis): Promise<void> {
    const open = await this.opened({ document: null, project: run.project, path: issue.path });
    const pieces = piecesOf(open.widget);
    const named = pieces.findIndex(({ id }) => id !== null && id === issue.cell?.id);
    const at = named >= 0 ? named : (issue.cell?.index ?? 0);
    const piece = pieces[at];
    if (!piece) {
      this.begin(open, wholeOf(open), issue.fingerprint);
      return;
    }
    const range = rangeOfIssue(textOf(piece), issue);
    await scrollTo(open.widget, { at, piece, range });
    this.begin(open, chosen(open, piece, at, range), issue.fingerprint);
  }

  codeOf(thread: OwnThread): string | null {
    const open = this.parts.comments.byId(thread.document);
    const place = open && this.parts.comments.placeOf(open, thread.id);
    return place?.range ? textOf(place.piece).slice(place.range.from, place.range.to) : null;
  }

  async apply(thread: OwnThread, text: string): Promise<void> {
    const { comments, trans } = this.parts;
    const open = await this.opened(thread);
    const place = comments.placeOf(open, thread.id);
    const code = this.codeOf(thread);
    if (!place?.range || code !== thread.anchor.original) {
      throw new Error(trans.__('The code has changed since this was suggested: apply it by hand.'));
    }
    if (open.widget.context.model.readOnly || !open.widget.context.contentsModel?.writable) {
      throw new Error(trans.__('The file can’t be written.'));
    }
    const { from, to } = place.range;
    place.piece.model.sharedModel.updateSource(from, to, text);
    await scrollTo(open.widget, place);
  }

  selection(thread: OwnThread): Place | null {
    const open = this.parts.comments.byId(thread.document);
    return (open && selectionIn(open)?.place) ?? null;
  }

  sourceOf(thread: OwnThread, cell: string | null): string | null {
    const open = this.parts.comments.byId(thread.document);
    const piece = open && piecesOf(open.widget).find(({ id }) => id === cell);
    return piece ? textOf(piece) : null;
  }

  /** The document of a thread, opened if it wasn't. */
  private async opened({ document: id, project, path }: Wanted): Promise<OpenDocument> {
    const { app, comments, documents, pathOf, trans } = this.parts;
    const known = id === null ? null : comments.byId(id);
    const from = await pathOf({ id: '', project, path, room: '' });
    const widget = reveal(app, documents, known?.widget.context.path ?? from);
    if (!widget) {
      throw new Error(trans.__('%1 can’t be opened: no editor shows such files.', path));
    }
    await widget.context.ready;
    await widget.revealed;
    const open = known ?? (await this.becomes(widget, id));
    if (!open) {
      throw new Error(trans.__('The comments of %1 are not known yet: try again.', path));
    }
    return open;
  }

  /** Wait until a document is known, and its threads where one of them is wanted. */
  private becomes(
    widget: IDocumentWidget<Widget>,
    id: string | null,
  ): Promise<OpenDocument | null> {
    const { comments } = this.parts;
    const found = () => (id === null ? comments.of(widget) : comments.byId(id));
    return new Promise(done => {
      const look = () => {
        const open = found();
        if (open && (id === null || comments.threadsOf(open).length > 0)) {
          finish(open);
        }
      };
      const finish = (open: OpenDocument | null) => {
        clearTimeout(late);
        stop();
        done(open);
      };
      const late = setTimeout(() => finish(found()), KNOWN_WITHIN_MS);
      const stop = comments.onChange(look);
      look();
    });
  }
}

/** A document by its id, else by its path within its project. */
interface Wanted {
  document: string | null;
  project: string;
  path: string;
}

/** As its lines and columns say; the code may have changed since, and is shown before anything is sent. */
function rangeOfIssue(text: string, issue: Issue): TextRange {
  const lines = text.split('\n');
  const offset = (line: number, column: number) => {
    const at = position(lines, line, column);
    return lines.slice(0, at.line).join('\n').length + (at.line > 0 ? 1 : 0) + at.column;
  };
  const from = offset(issue.line, issue.column);
  const to = offset(issue.end_line, issue.end_column);
  // What an engine points at may be a place between two characters.
  return to > from ? { from, to } : { from: offset(issue.line, 1), to: offset(issue.line, 1e6) };
}

/** Bring a thread's code into view, and put the cursor before it. */
async function scrollTo(
  widget: IDocumentWidget<Widget>,
  { at, piece, range }: Pick<ThreadPlace, 'at' | 'piece' | 'range'>,
): Promise<void> {
  if (isNotebook(widget)) {
    const { content } = widget;
    content.deselectAll();
    content.activeCellIndex = at;
    await content.scrollToItem(at, 'smart');
    const cell = content.widgets[at];
    const late = new Promise<void>(resolve => setTimeout(resolve, EDITOR_MS));
    await Promise.race([cell?.ready, late]);
    if (range && cell && !cell.isDisposed) {
      revealIn(cell.editor, textOf(piece), range.from);
    }
  } else if (isFileEditor(widget) && range) {
    revealIn(widget.content.editor, textOf(piece), range.from);
  }
}

function revealIn(editor: CodeEditor.IEditor | null, text: string, offset: number): void {
  const before = text.slice(0, offset).split('\n');
  const position = { line: before.length - 1, column: before.at(-1)?.length ?? 0 };
  editor?.setCursorPosition(position);
  editor?.revealPosition(position);
}
