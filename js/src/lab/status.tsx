/** The status bar: how far the analyses are that go on, or what the last one found. */

import { ReactWidget } from '@jupyterlab/ui-components';

import type { Analyses, AnalysesState } from '../core/analyses.js';
import { useStore } from '../ui/hooks.js';
import { isFinished, percent } from '../ui/progress-words.js';
import { totalOf } from '../ui/SeverityCounts.js';
import { type Strings, StringsProvider, useStrings } from '../ui/translator.js';

/** What the item says, and how long its bar is; null: no bar. */
export function statusText(
  { runs, order }: AnalysesState,
  trans: Strings,
): { words: string; share: number | null } {
  const all = order.flatMap(id => runs[id]?.analysis ?? []);
  const going = all.filter(run => !isFinished(run));
  if (going.length > 0) {
    const share = going.reduce((sum, run) => sum + percent(run), 0) / going.length / 100;
    const words = trans._n(
      'Analysing: %2 %',
      '%1 analyses: %2 %',
      going.length,
      Math.floor(share * 100),
    );
    return { words, share };
  }
  const [last] = all;
  const words = last ? trans._n('%1 issue', '%1 issues', totalOf(last.counts)) : '';
  return { words, share: null };
}

function Status({ analyses, onClick }: { analyses: Analyses; onClick: () => void }) {
  const trans = useStrings();
  const { words, share } = statusText(useStore(analyses.store), trans);
  if (words === '') {
    return null;
  }
  return (
    <button
      type="button"
      className="jrt-status"
      title={trans.__('Show the analysis panel')}
      onClick={onClick}
    >
      {share !== null && (
        <span className="jrt-status-bar" aria-hidden="true">
          <span style={{ transform: `scaleX(${share})` }} />
        </span>
      )}
      {words}
    </button>
  );
}

export function createStatus(analyses: Analyses, trans: Strings, onClick: () => void): ReactWidget {
  const item = ReactWidget.create(
    <StringsProvider value={trans}>
      <Status analyses={analyses} onClick={onClick} />
    </StringsProvider>,
  );
  item.addClass('jp-mod-highlighted');
  return item;
}
