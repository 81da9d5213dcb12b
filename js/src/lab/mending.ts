/** Fixes in open documents, through the models that all views of a document share. */

import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { TranslationBundle } from '@jupyterlab/translation';

import { applied, type DiffLine, diffLines, editsNow, type TextEdit } from '../core/fixes.js';
import type { IssueHands } from '../core/hands.js';
import type { Analysis, Issue } from '../core/protocol.js';
import type { AnalysedTexts } from './analysed.js';
import { analysedText, type Piece, pieceOf, piecesOf, textOf } from './pieces.js';

interface Parts {
  documents: IDocumentManager;
  trans: TranslationBundle;
  texts: AnalysedTexts;
  /** The path of an issue from the server's root. */
  pathOf: (issue: Issue, run: Analysis) => Promise<string>;
}

export class Mending implements IssueHands {
  constructor(private readonly parts: Parts) {}

  async preview(issue: Issue, run: Analysis): Promise<DiffLine[]> {
    const path = await this.parts.pathOf(issue, run);
    const text = await this.analysed(issue, run, path);
    const open = this.parts.documents.findWidget(path, null);
    const piece = open && pieceOf(piecesOf(open), issue, text);
    const now = piece ? textOf(piece) : text;
    return diffLines(now, applied(now, this.edits(issue, text, now)));
  }

  async apply(issue: Issue, run: Analysis): Promise<() => Promise<void>> {
    const path = await this.parts.pathOf(issue, run);
    // Before anything is opened and saved: afterwards the file may not say any more what was analysed.
    const text = await this.analysed(issue, run, path);
    const widget = await this.open(path);
    const piece = pieceOf(piecesOf(widget), issue, text);
    if (!piece) {
      throw this.changed();
    }
    const before = textOf(piece);
    const edits = this.edits(issue, text, before);
    write(piece, edits);
    return async () => this.undo(piece, applied(before, edits));
  }

  private edits(issue: Issue, text: string, now: string): TextEdit[] {
    const edits = issue.fix && editsNow(text, now, issue.fix);
    if (!edits) {
      throw this.changed();
    }
    return edits;
  }

  private async analysed(issue: Issue, run: Analysis, path: string): Promise<string> {
    const texts = await this.parts.texts.of(run, path);
    const text = texts && analysedText(texts, issue);
    if (text === null) {
      throw this.changed();
    }
    return text;
  }

  private async open(path: string): Promise<IDocumentWidget> {
    const { documents, trans } = this.parts;
    const widget = documents.findWidget(path, null) ?? documents.openOrReveal(path);
    if (!widget) {
      throw new Error(trans.__('%1 can’t be opened here: open it and try again.', path));
    }
    await widget.context.ready;
    await widget.revealed;
    return widget;
  }

  /** The same step back as Ctrl+Z, as long as it was the last one. */
  private undo(piece: Piece, after: string): void {
    if (textOf(piece) !== after) {
      const { trans } = this.parts;
      throw new Error(trans.__('The code was edited after the fix: use Ctrl+Z in it.'));
    }
    piece.model.sharedModel.undo();
  }

  private changed(): Error {
    const { trans } = this.parts;
    return new Error(trans.__('The code has changed since this analysis: analyse it again.'));
  }
}

function write(piece: Piece, edits: readonly TextEdit[]): void {
  const { sharedModel } = piece.model;
  // What was typed a moment ago is a step of its own.
  sharedModel.transact(() => {
    for (const { from, to, text } of edits) {
      sharedModel.updateSource(from, to, text);
    }
  });
}
