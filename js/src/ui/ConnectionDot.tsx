/** The connection's state: one small dot, with words on hover and focus. */

import type { ConnectionState } from '../core/connection.js';
import { clockTime, useNow } from './time.js';
import { type Strings, useStrings } from './translator.js';

export function connectionText(state: ConnectionState, now: number, trans: Strings): string {
  switch (state.status) {
    case 'online':
      return state.transport === 'polling'
        ? trans.__('Live by polling: WebSockets are blocked on the way')
        : trans.__('Live: connected to the server');
    case 'connecting':
      return trans.__('Connecting to the server…');
    case 'offline':
      return offlineText(state, now, trans);
    case 'refused':
      return state.reason
        ? trans.__('The server refused the connection: %1', state.reason)
        : trans.__('The server refused the connection');
    case 'absent':
      return trans.__('This server does not offer live analysis');
  }
}

function offlineText(state: ConnectionState, now: number, trans: Strings): string {
  const since = trans.__('Offline since %1', clockTime(state.since));
  if (state.nextTryAt === null) {
    return since;
  }
  const seconds = Math.max(0, Math.ceil((state.nextTryAt - now) / 1000));
  return trans._n(
    '%2; trying again in %1 second',
    '%2; trying again in %1 seconds',
    seconds,
    since,
  );
}

export function ConnectionDot({ state, onWake }: { state: ConnectionState; onWake: () => void }) {
  const trans = useStrings();
  const words = connectionText(state, useNow(), trans);
  const shown = state.transport === 'polling' ? 'polling' : state.status;
  return (
    <button
      type="button"
      className="jrt-dot-button jrt-tip"
      data-tip={words}
      title={words}
      aria-label={words}
      data-jrt-connection={shown}
      onClick={onWake}
    >
      <span className={`jrt-dot jrt-dot-${shown}`} />
    </button>
  );
}
