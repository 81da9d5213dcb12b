/**
 * Where a widget's page gets what it shows from.
 *
 * The page's own connection to the server comes first: it is alive while the kernel is busy. Where there
 * is none, or the server knows nothing of the run, or speaks another version, everything comes from the
 * kernel, and the widget says why.
 */

import { useEffect, useState } from 'react';

import type { Connection, ConnectionState } from '../core/connection.js';
import { pageConnection, prefixFromPage } from '../core/page.js';
import type { Strings } from '../ui/translator.js';
import type { Model, SharedTraits } from './model.js';

export type Source =
  | { kind: 'finding' }
  | { kind: 'page'; connection: Connection }
  | { kind: 'comm'; reason: string | null };

/** How long the page may look for its server before the kernel's side is shown. */
const PATIENCE_MILLISECONDS = 4000;

type Find<All extends SharedTraits> = (
  model: Model<All>,
  trans: Strings,
  found: (source: Source) => void,
) => () => void;

/** Look by `find`, which is the same function each time, and tell the kernel what was found. */
export function useSource<All extends SharedTraits>(
  model: Model<All>,
  trans: Strings,
  find: Find<All>,
): Source {
  const [source, setSource] = useState<Source>({ kind: 'finding' });
  useEffect(() => {
    const stop = find(model, trans, found => {
      if (found.kind !== 'finding' && model.get('mode') !== found.kind) {
        model.set('mode', found.kind);
        model.save_changes();
      }
      setSource(found);
    });
    return stop;
  }, [model, trans, find]);
  return source;
}

/** Where a run comes from. */
export function findSource(
  model: Model,
  trans: Strings,
  found: (source: Source) => void,
): () => void {
  return findServer(model, trans, found, connection => ask(connection, model.get('run_id'), trans));
}

/** Where comes from what each server has. */
export function findPage(
  model: Model<SharedTraits>,
  trans: Strings,
  found: (source: Source) => void,
): () => void {
  return findServer(model, trans, found, async connection => ({ kind: 'page', connection }));
}

function findServer(
  model: Model<SharedTraits>,
  trans: Strings,
  found: (source: Source) => void,
  known: (connection: Connection) => Promise<Source>,
): () => void {
  const prefix = prefixFromPage(document) ?? model.get('prefix');
  if (!prefix) {
    // A page that no Jupyter server has made: nothing is missing.
    found({ kind: 'comm', reason: null });
    return () => {};
  }
  const connection = pageConnection({ prefix });
  let stopped = false;
  const settle = (source: Source) => {
    if (!stopped) {
      found(source);
    }
  };
  const look = () => {
    const reason = whyNot(connection.store.getState(), model.get('version'), trans);
    if (reason !== null) {
      clearTimeout(late);
      settle({ kind: 'comm', reason });
    } else if (connection.store.getState().status === 'online') {
      stopLooking();
      void known(connection).then(settle);
    }
  };
  const late = setTimeout(
    () =>
      settle({
        kind: 'comm',
        reason: trans.__('The server does not answer; shown by the kernel.'),
      }),
    PATIENCE_MILLISECONDS,
  );
  const unsubscribe = connection.store.subscribe(look);
  const stopLooking = () => {
    clearTimeout(late);
    unsubscribe();
  };
  look();
  return () => {
    stopped = true;
    stopLooking();
  };
}

/** Why the page's own server can't show it; null: nothing speaks against it. */
function whyNot(state: ConnectionState, version: string, trans: Strings): string | null {
  if (state.status === 'absent') {
    return trans.__(
      'The server of this page does not have jupyter_realtime; shown by the kernel, so it waits while the kernel is busy.',
    );
  }
  if (state.status === 'refused') {
    return trans.__('The server refused the connection; shown by the kernel.');
  }
  if (state.serverVersion !== null && state.serverVersion !== version) {
    return trans.__(
      'The server has version %1 of jupyter_realtime, the kernel %2; shown by the kernel.',
      state.serverVersion,
      version,
    );
  }
  return null;
}

async function ask(connection: Connection, runId: string, trans: Strings): Promise<Source> {
  if (!runId) {
    const reason = trans.__('The kernel found no server and runs the analysis by itself.');
    return { kind: 'comm', reason };
  }
  try {
    await connection.rest.get(`analyses/${encodeURIComponent(runId)}`);
    return { kind: 'page', connection };
  } catch {
    const reason = trans.__('The server of this page does not know this run; shown by the kernel.');
    return { kind: 'comm', reason };
  }
}
