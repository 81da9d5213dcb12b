/** The status bar: how far the analyses are that go on, or what the last one found. */

import { ReactWidget } from '@jupyterlab/ui-components';

import type { Analyses, AnalysesState } from '../core/analyses.js';
import type { Analysis } from '../core/protocol.js';
import { useStore } from '../ui/hooks.js';
import { isFinished, percent } from '../ui/progress-words.js';
import { titleOf } from '../ui/RunCard.js';
import { totalOf } from '../ui/SeverityCounts.js';
import { type Strings, StringsProvider, useStrings } from '../ui/translator.js';

/** What the item says, of what, and how long its bar is; null: no bar. */
export function statusText(
  { runs, order }: AnalysesState,
  trans: Strings,
): { words: string; of: string; share: number | null } {
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
    return { words, of: '', share };
  }
  const [last] = all;
  return last
    ? { words: outcome(last, trans), of: titleOf(last.paths, trans), share: null }
    : { words: '', of: '', share: null };
}

/** Nothing is said of issues where it failed: "0 issues" would be good news. */
function outcome(run: Analysis, trans: Strings): string {
  switch (run.state) {
    case 'failed':
      return trans.__('Analysis failed');
    case 'cancelled':
      return trans.__('Analysis cancelled');
    default:
      return trans._n('%1 issue', '%1 issues', totalOf(run.counts));
  }
}

function Status({ analyses, onClick }: { analyses: Analyses; onClick: () => void }) {
  const trans = useStrings();
  const { words, of, share } = statusText(useStore(analyses.store), trans);
  if (words === '') {
    return null;
  }
  const hint = trans.__('Show the analysis panel');
  return (
    <button
      type="button"
      className="jrt-status"
      title={of === '' ? hint : `${of}: ${words}. ${hint}`}
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
