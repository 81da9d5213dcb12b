/** Earlier runs of the project: when, of what, what they found; each can be opened again. */

import { useState } from 'react';

import type { Analysis } from '../core/protocol.js';
import { errorText } from './error-words.js';
import { Icon } from './icons.js';
import { ErrorFace } from './LiveFace.js';
import { RelativeTime } from './RelativeTime.js';
import { titleOf } from './RunCard.js';
import { SeverityCounts } from './SeverityCounts.js';
import { useStrings } from './translator.js';

interface Props {
  load: () => Promise<readonly Analysis[]>;
  onOpen: (run: Analysis) => void;
}

export function History({ load, onOpen }: Props) {
  const trans = useStrings();
  const [open, setOpen] = useState(false);
  const [runs, setRuns] = useState<readonly Analysis[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const ask = async () => {
    setProblem(null);
    try {
      setRuns(await load());
    } catch (error) {
      setProblem(errorText(error, trans));
    }
  };
  const toggle = () => {
    setOpen(!open);
    if (!open) {
      void ask();
    }
  };
  return (
    <section className="jrt-history" aria-label={trans.__('Earlier analyses')}>
      <button type="button" className="jrt-file" aria-expanded={open} onClick={toggle}>
        <Icon name="chevron" />
        <span className="jrt-file-name">{trans.__('Earlier analyses')}</span>
      </button>
      {open && problem !== null && <ErrorFace words={problem} onRetry={() => void ask()} />}
      {open && problem === null && <Earlier runs={runs} onOpen={onOpen} />}
    </section>
  );
}

function Earlier({ runs, onOpen }: { runs: readonly Analysis[] | null } & Pick<Props, 'onOpen'>) {
  const trans = useStrings();
  if (runs === null) {
    return <p className="jrt-face">{trans.__('Loading earlier analyses…')}</p>;
  }
  if (runs.length === 0) {
    return (
      <p className="jrt-face">
        {trans.__('There are no others. Analyses that you close are listed here.')}
      </p>
    );
  }
  return (
    <ul className="jrt-history-list">
      {runs.map(run => (
        <li key={run.id}>
          <button
            type="button"
            className="jrt-history-run"
            data-jrt-earlier={run.id}
            title={run.paths.join('\n')}
            onClick={() => onOpen(run)}
          >
            <span className="jrt-run-name">{titleOf(run.paths, trans)}</span>
            {run.started !== null && <RelativeTime iso={run.started} nested />}
          </button>
          <SeverityCounts counts={run.counts} brief />
        </li>
      ))}
    </ul>
  );
}
