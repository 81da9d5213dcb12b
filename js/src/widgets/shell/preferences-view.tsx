/** The preferences by a widget's connection. */

import { useCallback, useMemo } from 'react';

import type { Connection } from '../../core/connection.js';
import { mutedNames } from '../../core/muted.js';
import { pagePreferences, pagePush } from '../../core/page.js';
import { PreferencesPanel } from '../../ui/PreferencesPanel.js';
import { KernelConnection } from '../kernel-connection.js';

export function PreferencesView({ connection }: { connection: Connection }) {
  const book = useMemo(() => pagePreferences(connection), [connection]);
  const names = useCallback((ids: readonly string[]) => mutedNames(connection, ids), [connection]);
  // A page that reaches the server only through the kernel is of another origin: no worker of ours runs there.
  const push = useMemo(
    () => (connection instanceof KernelConnection ? null : pagePush(connection)),
    [connection],
  );
  return <PreferencesPanel connection={connection.store} book={book} names={names} push={push} />;
}
