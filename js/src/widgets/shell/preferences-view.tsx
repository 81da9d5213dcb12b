/** The preferences by a widget's connection. */

import { useCallback, useMemo } from 'react';

import type { Connection } from '../../core/connection.js';
import { mutedNames } from '../../core/muted.js';
import { pagePreferences } from '../../core/page.js';
import { PreferencesPanel } from '../../ui/PreferencesPanel.js';

export function PreferencesView({ connection }: { connection: Connection }) {
  const book = useMemo(() => pagePreferences(connection), [connection]);
  const names = useCallback((ids: readonly string[]) => mutedNames(connection, ids), [connection]);
  return <PreferencesPanel connection={connection.store} book={book} names={names} />;
}
