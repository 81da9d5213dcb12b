/** The entry of `jupyter_realtime.widgets.AnalysisProgress` for anywidget. */

import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

import css from '../../style/base.css';
import type { RunView } from '../core/analyses.js';
import type { Connection } from '../core/connection.js';
import { pageAnalyses } from '../core/page.js';
import { useFollow, useStore } from '../ui/hooks.js';
import { askToOpen } from '../ui/open-event.js';
import { type RunActions, RunCard } from '../ui/RunCard.js';
import { ClockAheadProvider } from '../ui/time.js';
import { useStrings } from '../ui/translator.js';
import { type Model, useTrait } from './model.js';
import { useSource } from './source.js';

function Widget({ model }: { model: Model }) {
  const trans = useStrings();
  const source = useSource(model, trans);
  return (
    <div className="jrt-root jrt-widget">
      {source.kind === 'page' ? (
        <FromPage connection={source.connection} model={model} />
      ) : (
        <FromKernel model={model} />
      )}
      {source.kind === 'comm' && source.reason && <p className="jrt-note">{source.reason}</p>}
    </div>
  );
}

/** The run by the page's own connection. */
function FromPage({ connection, model }: { connection: Connection; model: Model }) {
  const runId = useTrait(model, 'run_id');
  const [analyses] = useState(() => pageAnalyses(connection));
  useFollow(() => analyses.follow(runId), runId);
  const view = useStore(analyses.store).runs[runId];
  const { clockAhead } = useStore(connection.store);
  return view ? (
    <ClockAheadProvider value={clockAhead}>
      <Card view={view} cancel={() => analyses.cancel(runId)} retry={() => connection.wake()} />
    </ClockAheadProvider>
  ) : (
    <FromKernel model={model} />
  );
}

/** The run as the kernel tells it. */
function FromKernel({ model }: { model: Model }) {
  const trans = useStrings();
  const analysis = useTrait(model, 'snapshot');
  const issues = useTrait(model, 'issues');
  const problem = useProblem(model);
  if (!analysis?.id) {
    return <p className="jrt-face">{trans.__('Waiting for the kernel…')}</p>;
  }
  const view: RunView = { analysis, issues, complete: true, stale: false, error: problem };
  const cancel = async () => model.send({ type: 'cancel' });
  return <Card view={view} cancel={cancel} retry={null} />;
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

interface CardProps {
  view: RunView;
  cancel: () => Promise<unknown>;
  retry: (() => void) | null;
}

function Card({ view, cancel, retry }: CardProps) {
  const actions: RunActions = {
    cancel,
    dismiss: null,
    again: null,
    openIssue: (issue, run) => void askToOpen(run, issue),
    retry,
  };
  return <RunCard view={view} actions={actions} open={null} />;
}

export default {
  render({ model, el }: { model: Model; el: HTMLElement }): () => void {
    const style = document.createElement('style');
    style.textContent = css;
    const place = document.createElement('div');
    el.append(style, place);
    const root = createRoot(place);
    root.render(<Widget model={model} />);
    return () => root.unmount();
  },
};
