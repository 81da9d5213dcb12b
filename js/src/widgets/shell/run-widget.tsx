/** What the widgets of a run share: where the run comes from, and how it is kept up to date. */

import { type ReactNode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

import analysis from '../../../style/analysis.css';
import base from '../../../style/base.css';
import diff from '../../../style/diff.css';
import type { RunView } from '../../core/analyses.js';
import type { Connection } from '../../core/connection.js';
import { pageAnalyses, pageCatalogue, pageTriage } from '../../core/page.js';
import { Connected } from '../../ui/Connected.js';
import { useFollow, useStore } from '../../ui/hooks.js';
import { askToOpen } from '../../ui/open-event.js';
import type { RunActions } from '../../ui/RunCard.js';
import { useStrings } from '../../ui/translator.js';
import { type Model, useTrait } from '../model.js';
import { findSource, useSource } from '../source.js';

/** What a widget shows of a run. */
export type Show = (view: RunView, actions: RunActions) => ReactNode;

type Part = { model: Model; show: Show };

function Widget({ model, show }: Part) {
  const trans = useStrings();
  const source = useSource(model, trans, findSource);
  return (
    <div className="jrt-root jrt-widget">
      {source.kind === 'page' ? (
        <FromPage connection={source.connection} model={model} show={show} />
      ) : (
        <FromKernel model={model} show={show} />
      )}
      {source.kind === 'comm' && source.reason && <p className="jrt-note">{source.reason}</p>}
    </div>
  );
}

/** The run by the page's own connection. */
function FromPage({ connection, model, show }: Part & { connection: Connection }) {
  const runId = useTrait(model, 'run_id');
  const [analyses] = useState(() => pageAnalyses(connection));
  useFollow(() => analyses.follow(runId), runId);
  const view = useStore(analyses.store).runs[runId];
  const state = useStore(connection.store);
  const triage = pageTriage(connection);
  const project = view?.analysis.project;
  useEffect(() => {
    if (project !== undefined) {
      triage.followProject(project);
    }
  }, [triage, project]);
  const actions: RunActions = {
    ...ONLY_LOOK,
    cancel: () => analyses.cancel(runId),
    retry: () => connection.wake(),
    triage,
    about: issue => pageCatalogue(connection).explain(issue),
  };
  return view ? (
    <Connected state={state}>{show(view, actions)}</Connected>
  ) : (
    <FromKernel model={model} show={show} />
  );
}

/** The run as the kernel tells it. */
function FromKernel({ model, show }: Part) {
  const trans = useStrings();
  const analysis = useTrait(model, 'snapshot');
  const issues = useTrait(model, 'issues');
  const problem = useProblem(model);
  if (!analysis?.id) {
    return <p className="jrt-face">{trans.__('Waiting for the kernel…')}</p>;
  }
  const view: RunView = { analysis, issues, complete: true, stale: false, error: problem };
  const cancel = async () => model.send({ type: 'cancel' });
  return show(view, { ...ONLY_LOOK, cancel });
}

/** What the kernel says went wrong with the last request. */
function useProblem(model: Model): string | null {
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const listen = (content: unknown) => {
      const { type, message } = content as { type?: string; message?: string };
      if (type === 'error') {
        setProblem(message ?? '');
      }
    };
    model.on('msg:custom', listen);
    return () => model.off('msg:custom', listen);
  }, [model]);
  return problem;
}

const ONLY_LOOK: Omit<RunActions, 'cancel'> = {
  dismiss: null,
  again: null,
  openIssue: (issue, run) => void askToOpen(run, issue),
  retry: null,
  triage: null,
  about: null,
  keepBaseline: null,
};

/** The entry of a widget, as anywidget wants it. */
export function widgetOf(show: Show) {
  return {
    render({ model, el }: { model: Model; el: HTMLElement }): () => void {
      const style = document.createElement('style');
      style.textContent = `${base}\n${diff}\n${analysis}`;
      const place = document.createElement('div');
      el.append(style, place);
      const root = createRoot(place);
      root.render(<Widget model={model} show={show} />);
      return () => root.unmount();
    },
  };
}
