/**
 * What stands in the way of everything: the server's part is absent, of another version, or refuses; or
 * something that a person did is not saved yet. And, more quietly, what only makes things slower.
 */

import type { ConnectionState } from '../core/connection.js';
import type { SystemStatus } from '../core/protocol.js';
import { type Strings, useStrings } from './translator.js';

export function bannerText(state: ConnectionState, version: string, trans: Strings): string | null {
  if (state.status === 'absent') {
    return (
      state.reason ??
      trans.__('This Jupyter server does not have the extension jupyter_realtime, or not enabled.')
    );
  }
  if (state.status === 'refused') {
    return trans.__(
      'The server refused the connection: %1. Reload the page, and log in again if it asks.',
      state.reason ?? trans.__('no reason given'),
    );
  }
  if (state.status === 'offline' && state.unsent > 0) {
    return trans._n(
      'Not saved yet: %1 change waits for the connection.',
      'Not saved yet: %1 changes wait for the connection.',
      state.unsent,
    );
  }
  if (state.serverVersion !== null && state.serverVersion !== version) {
    return trans.__(
      'The server has version %1 of jupyter_realtime, this page has %2. Restart the server and reload the page.',
      state.serverVersion,
      version,
    );
  }
  return null;
}

export function hintText(state: ConnectionState, trans: Strings): string | null {
  return state.transport === 'polling'
    ? trans.__('Live updates come by polling: WebSockets are blocked on the way')
    : null;
}

/** Its place is there from the beginning, so that its words are told as news. */
export function Hint({ state }: { state: ConnectionState }) {
  const trans = useStrings();
  const text = hintText(state, trans);
  return (
    <p
      className="jrt-hint"
      role="status"
      title={text === null ? undefined : trans.__('They are tried again every half minute')}
      data-jrt-hint=""
    >
      {text}
    </p>
  );
}

export function Banner({ state, version }: { state: ConnectionState; version: string }) {
  const text = bannerText(state, version, useStrings());
  return text === null ? null : (
    <p className="jrt-banner" role="alert">
      {text}
    </p>
  );
}

/** What the service says is wrong with it; while the page is offline that is old news. */
export function systemText(system: SystemStatus, state: ConnectionState): string | null {
  return state.status === 'online' ? system.message : null;
}

export function SystemNote({ system, state }: { system: SystemStatus; state: ConnectionState }) {
  const text = systemText(system, state);
  return text === null ? null : (
    <p
      className={system.status === 'ok' ? 'jrt-hint' : 'jrt-banner'}
      role={system.status === 'down' ? 'alert' : 'status'}
      data-jrt-system={system.status}
    >
      {text}
    </p>
  );
}
