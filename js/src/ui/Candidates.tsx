/** Where a thread that has lost its code may belong: the places that come into question, and the selection. */

import { useEffect, useState } from 'react';

import type { CommentHands } from '../core/comment-hands.js';
import type { Candidate, OwnThread, Place, Threads } from '../core/threads.js';
import { errorText } from './error-words.js';
import { useLatest } from './hooks.js';
import { Problem } from './Problem.js';
import { Code } from './ThreadCode.js';
import { cellText } from './thread-words.js';
import { useStrings } from './translator.js';

interface Props {
  thread: OwnThread;
  threads: Threads;
  hands: CommentHands | null;
  onPlaced: () => void;
}

export function Candidates({ thread, threads, hands, onPlaced }: Props) {
  const trans = useStrings();
  const [found, setFound] = useState<readonly Candidate[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const latest = useLatest(trans);
  const { id } = thread;
  useEffect(() => {
    let isGone = false;
    threads.candidates(id).then(
      items => isGone || setFound(items),
      error => isGone || setProblem(errorText(error, latest.current)),
    );
    return () => {
      isGone = true;
    };
  }, [threads, id, latest]);
  const place = async (where: Place) => {
    if (await threads.place(id, where)) {
      onPlaced();
    }
  };
  const placeAt = (one: Candidate) => {
    const source = hands?.sourceOf(thread, one.cell_id) ?? null;
    if (source === null) {
      setProblem(trans.__('Open the document first: it must be seen where this goes.'));
      hands?.open(thread);
    } else {
      const { cell_id, cell_index, start, end } = one;
      void place({ document: thread.document, cell_id, cell_index, source, start, end });
    }
  };
  const onSelection = () => {
    const where = hands?.selection(thread) ?? null;
    if (where === null) {
      setProblem(trans.__('Select in the document the code that this is about.'));
    } else {
      void place(where);
    }
  };
  return (
    <section className="jrt-candidates" aria-label={trans.__('Where this may belong')}>
      {found === null && problem === null && (
        <p className="jrt-note">{trans.__('Looking for the code…')}</p>
      )}
      {found?.length === 0 && (
        <p className="jrt-note">{trans.__('Nothing in the file looks like this code.')}</p>
      )}
      {found?.map(one => (
        <div key={`${one.cell_id} ${one.start}`} className="jrt-candidate" data-jrt-candidate="">
          <Code text={one.quote} label={trans.__('A place where it may belong')} />
          <div className="jrt-candidate-foot">
            <span className="jrt-note">
              {one.cell_index !== null && `${cellText(one.cell_index, trans)} · `}
              {trans.__('%1 % alike', Math.round(one.score * 100))}
            </span>
            <button
              type="button"
              className="jrt-button jrt-button-small"
              onClick={() => placeAt(one)}
            >
              {trans.__('Place it here')}
            </button>
          </div>
        </div>
      ))}
      {hands && (
        <button type="button" className="jrt-button jrt-button-small" onClick={onSelection}>
          {trans.__('Place it at the selection')}
        </button>
      )}
      <Problem words={problem} />
    </section>
  );
}
