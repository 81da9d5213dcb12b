/** What a view of live data says where it has nothing to show, or where what it shows may be old. */

import type { ReactNode } from 'react';

import type { ConnectionState } from '../core/connection.js';
import { errorText } from './error-words.js';
import { clockTime } from './time.js';
import { useStrings } from './translator.js';

interface Props {
  state: ConnectionState;
  /** Whether anything was ever loaded. */
  loaded: boolean;
  /** Whether more is to come before it is known that there is nothing. */
  loading?: boolean;
  error: unknown;
  /** Null: it is tried again without a word. */
  onRetry: (() => void) | null;
  hasRows: boolean;
  /** While the server does not answer, and nothing is known. */
  waiting: string;
  looking: string;
  /** Where all is loaded, and there is nothing. */
  children: ReactNode;
}

export function LiveFace(props: Props) {
  const { state, loaded, loading = false, error, onRetry, hasRows, children } = props;
  const trans = useStrings();
  if (state.status === 'absent' || state.status === 'refused') {
    // The banner says why.
    return null;
  }
  if (state.status === 'offline') {
    return (
      <p className="jrt-face jrt-face-stale" role="status">
        {loaded ? trans.__('Offline: this is as of %1.', clockTime(state.since)) : props.waiting}
      </p>
    );
  }
  if (error !== null) {
    return (
      <ErrorFace words={trans.__('Not loaded: %1', errorText(error, trans))} {...{ onRetry }} />
    );
  }
  if (hasRows) {
    return null;
  }
  if (!loaded || loading) {
    return <p className="jrt-face jrt-face-loading">{props.looking}</p>;
  }
  return children;
}

export function ErrorFace({ words, onRetry }: { words: string; onRetry: (() => void) | null }) {
  const trans = useStrings();
  return (
    <p className="jrt-face jrt-face-error" role="alert">
      {words}{' '}
      {onRetry && (
        <button type="button" className="jrt-link" onClick={onRetry}>
          {trans.__('Retry')}
        </button>
      )}
    </p>
  );
}

/** Nothing is left by a filter. */
export function NoMatchFace({ onClear }: { onClear: () => void }) {
  const trans = useStrings();
  return (
    <p className="jrt-face">
      {trans.__('Nothing matches this filter')}{' '}
      <button type="button" className="jrt-link" onClick={onClear}>
        {trans.__('Clear filter')}
      </button>
    </p>
  );
}
