/** The code that a thread is about, as it was; where it reads differently now, or is gone, that is said. */

import { useState } from 'react';

import type { OwnThread } from '../core/threads.js';
import { useElementId } from './hooks.js';
import { hasChanged, statusText } from './thread-words.js';
import { useStrings } from './translator.js';

const LINES_SHOWN = 6;

export function ThreadCode({ thread }: { thread: OwnThread }) {
  const trans = useStrings();
  const { original, quote, scope, status } = thread.anchor;
  const words = statusText(thread, trans);
  return (
    <>
      {scope !== 'document' && original !== '' && (
        <Code text={original} label={trans.__('The code that this is about')} />
      )}
      {words !== '' && (
        <p className="jrt-thread-status" data-jrt-anchor={status}>
          {words}
        </p>
      )}
      {hasChanged(thread) && (
        <>
          <p className="jrt-thread-status">{trans.__('It reads now:')}</p>
          <Code text={quote} label={trans.__('The code as it is now')} />
        </>
      )}
    </>
  );
}

export function Code({ text, label }: { text: string; label: string }) {
  const trans = useStrings();
  const id = useElementId();
  const [isWhole, setIsWhole] = useState(false);
  const lines = text.replace(/\n+$/, '').split('\n');
  const isLong = lines.length > LINES_SHOWN;
  const shown = isLong && !isWhole ? lines.slice(0, LINES_SHOWN) : lines;
  return (
    <figure className="jrt-code" aria-label={label}>
      <pre id={id}>{shown.join('\n')}</pre>
      {isLong && (
        <button
          type="button"
          className="jrt-link jrt-code-more"
          aria-expanded={isWhole}
          aria-controls={id}
          onClick={() => setIsWhole(!isWhole)}
        >
          {isWhole
            ? trans.__('Show less')
            : trans._n('%1 more line', '%1 more lines', lines.length - LINES_SHOWN)}
        </button>
      )}
    </figure>
  );
}
