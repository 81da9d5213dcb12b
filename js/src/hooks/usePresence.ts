import { useMemo } from 'react';

import { pagePresence } from '../core/page.js';
import { NO_TEAM, type Present, type Team } from '../core/presence.js';
import { othersOf } from '../core/present.js';
import { useFollow, useStore } from '../ui/hooks.js';
import { useConnection } from './page.js';

export interface PresenceView extends Team {
  /** All but this page's person. */
  others: readonly Present[];
}

/** The people of a project, live, while the view is shown: those who are there first. */
export function usePresence(project: string | null): PresenceView {
  const connection = useConnection();
  const presence = useMemo(() => pagePresence(connection), [connection]);
  useFollow(project === null ? null : () => presence.follow(project), project);
  const { teams } = useStore(presence.store);
  const { user } = useStore(connection.store);
  const team = (project === null ? undefined : teams[project]) ?? NO_TEAM;
  return useMemo(() => ({ ...team, others: othersOf(team.people, user) }), [team, user]);
}
