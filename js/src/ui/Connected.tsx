/** What all views of a page need to know of its connection. */

import type { ReactNode } from 'react';

import type { ConnectionState } from '../core/connection.js';
import { ClockAheadProvider, OfflineSinceProvider } from './time.js';

interface Props {
  state: Pick<ConnectionState, 'status' | 'since' | 'clockAhead'>;
  children: ReactNode;
}

export function Connected({ state, children }: Props) {
  return (
    <ClockAheadProvider value={state.clockAhead}>
      <OfflineSinceProvider value={state.status === 'offline' ? state.since : null}>
        {children}
      </OfflineSinceProvider>
    </ClockAheadProvider>
  );
}
