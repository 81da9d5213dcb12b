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
    const path = widget.context.path.replace(/^[^/]*:/, '');
    const project = await this.parts.projectOf(path).catch(() => null);
    if (project === null || widget.isDisposed) {
      return;
    }
    const inProject = project.root === '' ? path : path.slice(project.root.length + 1);
    const view = this.isEnabled ? newestRun(this.parts.analyses, project.id, inProject) : null;
    this.follow(widget, view);
    const analysed = view && (await this.parts.texts.of(view.analysis, path));
    if (!widget.isDisposed) {
      const found = view && analysed ? this.issuesOf(view, inProject) : [];
      this.putAll(piecesOf(widget), found, view?.analysis ?? null, issue =>
        analysed ? analysedText(analysed, issue) : null,
      );
    }
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

  private putAll(
    pieces: readonly Piece[],
    issues: readonly Issue[],
    run: Analysis | null,
    textOfIssue: (issue: Issue) => string | null,
  ): void {
    const found = new Map<CodeEditor.IModel, Diagnostic[]>();
    for (const issue of issues) {
      const text = textOfIssue(issue);
      const piece = text === null ? null : pieceOf(pieces, issue, text);
      const range = text !== null && piece ? rangeNow(text, textOf(piece), issue) : null;
      if (piece && range && run) {
        const marks = found.get(piece.model) ?? [];
        found.set(piece.model, marks);
        marks.push(this.diagnostic(issue, run, range));
      }
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

function messageNode(issue: Issue, trans: TranslationBundle): Node {
  const node = document.createElement('span');
  node.className = 'jrt-mark-message';
  node.append(`${severityName(issue.severity, trans)}: ${issue.message} `);
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
