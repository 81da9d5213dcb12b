/**
 * After the connection was gone: what ended meanwhile is told once, in one sentence, and not by each card
 * on its own.
 */

import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';

import type { AnalysesState, RunView } from '../core/analyses.js';
import type { ConnectionState } from '../core/connection.js';
import { isFinished } from './progress-words.js';
import { totalOf } from './SeverityCounts.js';
import { type Strings, useStrings } from './translator.js';

/** How long what was missed may take to arrive. */
const SETTLE_MILLISECONDS = 1500;

const Quiet = createContext(false);

/** Whether cards keep to themselves what they learn now. */
export const useQuiet = (): boolean => useContext(Quiet);

interface Props {
  state: Pick<ConnectionState, 'status'>;
  runs: AnalysesState['runs'];
  children: ReactNode;
}

export function Returning({ state, runs, children }: Props) {
  const trans = useStrings();
  const isOnline = state.status === 'online';
  const [isSettled, setIsSettled] = useState(isOnline);
  const [words, setWords] = useState('');
  const latest = useRef(runs);
  latest.current = runs;
  /** What was over when the connection went; null until it has been there. */
  const over = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (!isOnline) {
      setIsSettled(false);
      return undefined;
    }
    const timer = setTimeout(() => {
      setWords(over.current === null ? '' : summary(latest.current, over.current, trans));
      setIsSettled(true);
    }, SETTLE_MILLISECONDS);
    return () => {
      clearTimeout(timer);
      over.current = new Set(ended(latest.current).map(({ analysis }) => analysis.id));
      setWords('');
    };
  }, [isOnline, trans]);
  return (
    <Quiet.Provider value={!isOnline || !isSettled}>
      {children}
      <p role="status" className="jrt-hidden" data-jrt-return="">
        {words}
      </p>
    </Quiet.Provider>
  );
}

const ended = (runs: AnalysesState['runs']): RunView[] =>
  Object.values(runs).filter(({ analysis }) => isFinished(analysis));

function summary(runs: AnalysesState['runs'], over: ReadonlySet<string>, trans: Strings): string {
  const missed = ended(runs).filter(({ analysis }) => !over.has(analysis.id));
  if (missed.length === 0) {
    return trans.__('Connected again.');
  }
  const found = missed.reduce((sum, { analysis }) => sum + totalOf(analysis.counts), 0);
  const analyses = trans._n('%1 analysis ended', '%1 analyses ended', missed.length);
  return trans.__('Connected again. %1, %2.', analyses, trans._n('%1 issue', '%1 issues', found));
}
