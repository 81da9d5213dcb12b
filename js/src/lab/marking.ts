/**
 * Which issues are marked in which open document.
 *
 * Of a document, the issues of the newest run that covers it are marked: a finished one, else one that is
 * under way. Those that were dismissed or fixed are not, nor those whose code has changed since.
 */

import type { Diagnostic } from '@codemirror/lint';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Analyses, RunView } from '../core/analyses.js';
import { isOver } from '../core/analyses.js';
import { rangeNow } from '../core/fixes.js';
import type { IssueHands } from '../core/hands.js';
import type { Analysis, Issue } from '../core/protocol.js';
import { statusNow, type Triage } from '../core/triage.js';
import { piecesOf as piecesOfMessage } from '../ui/code.js';
import { safeUrl } from '../ui/issue-rows.js';
import { severityName } from '../ui/severity.js';
import type { AnalysedTexts } from './analysed.js';
import { Marks } from './marks.js';
import { analysedText, type Piece, pieceOf, piecesOf, textOf } from './pieces.js';
import type { Project } from './targets.js';

const GATHER_MILLISECONDS = 400;
const SEVERITIES: Record<Issue['severity'], Diagnostic['severity']> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'info',
  info: 'info',
};

interface Parts {
  analyses: Analyses;
  triage: Triage;
  texts: AnalysedTexts;
  hands: IssueHands;
  trans: TranslationBundle;
  projectOf: (path: string) => Promise<Project>;
  onProblem: (error: unknown) => void;
}

/** Where an issue is now. */
export interface Place {
  issue: Issue;
  run: Analysis;
  piece: Piece;
  /** Which piece of the document, from 0. */
  at: number;
  range: { from: number; to: number };
}

export class Marking {
  readonly marks = new Marks(() => this.soon());
  private readonly open = new Map<IDocumentWidget, { leave: () => void; run: string | null }>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isEnabled = true;

  constructor(private readonly parts: Parts) {
    parts.analyses.store.subscribe(() => this.soon());
    parts.triage.store.subscribe(() => this.soon());
  }

  set enabled(enabled: boolean) {
    this.isEnabled = enabled;
    this.soon();
  }

  /** Mark a document for as long as it is open. */
  watch(widget: IDocumentWidget): void {
    this.open.set(widget, { leave: () => {}, run: null });
    widget.disposed.connect(() => {
      this.open.get(widget)?.leave();
      this.open.delete(widget);
    });
    void widget.context.ready.then(() => this.soon());
  }

  private soon(): void {
    // The first news starts the clock, later ones don't: a flood can't keep the marks away.
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      for (const widget of this.open.keys()) {
        void this.mark(widget);
      }
    }, GATHER_MILLISECONDS);
  }

  private async mark(widget: IDocumentWidget): Promise<void> {
    const view = await this.viewOf(widget);
    if (view === undefined || widget.isDisposed) {
      return;
    }
    const shown = this.isEnabled ? view : null;
    this.follow(widget, shown);
    const places = shown ? await this.placesOf(widget, shown) : [];
    if (!widget.isDisposed) {
      this.putAll(piecesOf(widget), places);
    }
  }

  /** Where the issues of an open document are now, from its beginning to its end. */
  async places(widget: IDocumentWidget): Promise<Place[]> {
    const view = this.open.has(widget) ? await this.viewOf(widget) : null;
    const places = view ? await this.placesOf(widget, view) : [];
    return places.sort((a, b) => a.at - b.at || a.range.from - b.range.from);
  }

  /** The run whose issues are those of a document; undefined while its project is not known. */
  private async viewOf({ context }: IDocumentWidget): Promise<RunView | null | undefined> {
    const path = withoutDrive(context.path);
    const project = await this.parts.projectOf(path).catch(() => undefined);
    return project && newestRun(this.parts.analyses, project.id, inProject(project, path));
  }

  private async placesOf(widget: IDocumentWidget, view: RunView): Promise<Place[]> {
    const path = withoutDrive(widget.context.path);
    const analysed = await this.parts.texts.of(view.analysis, path);
    const project = await this.parts.projectOf(path).catch(() => undefined);
    if (!analysed || !project || widget.isDisposed) {
      return [];
    }
    const pieces = piecesOf(widget);
    return this.issuesOf(view, inProject(project, path)).flatMap(issue => {
      const text = analysedText(analysed, issue);
      const piece = text === null ? null : pieceOf(pieces, issue, text);
      const range = text !== null && piece ? rangeNow(text, textOf(piece), issue) : null;
      return piece && range
        ? { issue, run: view.analysis, piece, at: pieces.indexOf(piece), range }
        : [];
    });
  }

  private follow(widget: IDocumentWidget, view: RunView | null): void {
    const known = this.open.get(widget);
    const run = view?.analysis.id ?? null;
    if (known && known.run !== run) {
      known.leave();
      known.leave = run === null ? () => {} : this.parts.analyses.follow(run);
      known.run = run;
    }
  }

  private issuesOf({ issues, analysis }: RunView, path: string): Issue[] {
    const decided = this.parts.triage.of(analysis.project);
    return issues.filter(issue => {
      const status = statusNow(issue, decided);
      return issue.path === path && status !== 'dismissed' && status !== 'fixed';
    });
  }

  private putAll(pieces: readonly Piece[], places: readonly Place[]): void {
    const found = new Map<CodeEditor.IModel, Diagnostic[]>();
    for (const { issue, run, piece, range } of places) {
      const marks = found.get(piece.model) ?? [];
      found.set(piece.model, marks);
      marks.push(this.diagnostic(issue, run, range));
    }
    for (const { model } of pieces) {
      this.marks.put(model, found.get(model) ?? []);
    }
  }

  private diagnostic(issue: Issue, run: Analysis, range: { from: number; to: number }): Diagnostic {
    const { trans, hands, onProblem } = this.parts;
    const fix = {
      name: trans.__('Apply fix'),
      apply: () => void hands.apply(issue, run).catch(onProblem),
    };
    return {
      ...range,
      severity: SEVERITIES[issue.severity],
      source: `${issue.detector} ${issue.rule}`,
      message: `${severityName(issue.severity, trans)}: ${issue.message}`,
      renderMessage: () => messageNode(issue, trans),
      ...(issue.fix ? { actions: [fix] } : {}),
    };
  }
}

/** `RTC:a/b.ipynb` → `a/b.ipynb`. */
const withoutDrive = (path: string): string => path.replace(/^[^/]*:/, '');

const inProject = ({ root }: Project, path: string): string =>
  root === '' ? path : path.slice(root.length + 1);

function messageNode(issue: Issue, trans: TranslationBundle): Node {
  const node = document.createElement('span');
  node.className = 'jrt-mark-message';
  node.append(`${severityName(issue.severity, trans)}: `);
  for (const [at, piece] of piecesOfMessage(issue.message).entries()) {
    const part = document.createElement(at % 2 === 1 ? 'code' : 'span');
    part.textContent = piece;
    node.append(part);
  }
  node.append(' ');
  const url = safeUrl(issue.url);
  if (url !== null) {
    const link = document.createElement('a');
    Object.assign(link, { href: url, target: '_blank', rel: 'noopener noreferrer' });
    link.textContent = trans.__('About this rule');
    node.append(link);
  }
  return node;
}

/** The newest run that has looked at a file: one that is finished, else one that is under way. */
export function newestRun(analyses: Analyses, project: string, path: string): RunView | null {
  const { runs } = analyses.store.getState();
  const covering = Object.values(runs)
    .filter(({ analysis }) => analysis.project === project && covers(analysis.paths, path))
    .sort((a, b) => (b.analysis.started ?? '9').localeCompare(a.analysis.started ?? '9'));
  const whole = covering.find(({ analysis }) => /succeeded|partial/.test(analysis.state));
  return whole ?? covering.find(({ analysis }) => !isOver(analysis)) ?? null;
}

export function covers(paths: readonly string[], path: string): boolean {
  return paths.some(it => {
    const folder = it.replace(/^\.?\/?|\/+$/g, '');
    return folder === '' || path === folder || path.startsWith(`${folder}/`);
  });
}
