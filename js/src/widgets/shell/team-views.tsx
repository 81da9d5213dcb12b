/** Who is in a project, and what happened there, by a widget's connection. */

import { type ReactNode, useMemo, useState } from 'react';

import type { ActivityItem, ActivityKind } from '../../core/activity.js';
import type { Connection } from '../../core/connection.js';
import type { ConnectionState } from '../../core/connection-state.js';
import { pageHands, pagePresence } from '../../core/page.js';
import { NO_TEAM, type Team } from '../../core/presence.js';
import { othersOf } from '../../core/present.js';
import { ActivityFeed } from '../../ui/ActivityFeed.js';
import { Banner, Hint } from '../../ui/Banner.js';
import { Connected } from '../../ui/Connected.js';
import { ConnectionDot } from '../../ui/ConnectionDot.js';
import { useFollow, useStore } from '../../ui/hooks.js';
import { askToGoTo, askToOpenActivity } from '../../ui/open-event.js';
import { PeopleList } from '../../ui/PeopleList.js';
import { PresenceBar } from '../../ui/PresenceBar.js';
import type { PresenceActions } from '../../ui/presence-actions.js';
import { TeamFace } from '../../ui/TeamPresence.js';
import { useStrings } from '../../ui/translator.js';
import { VERSION } from '../../ui/version.js';

interface Props {
  connection: Connection;
  project: string;
}

/** Which cell it is only JupyterLab knows, for documents that it has open. */
const ACTIONS: PresenceActions = {
  where: ({ path }) => (path === null ? null : { path, cell: null, runs: null }),
  go: person => void askToGoTo(person),
  follow: null,
  following: null,
};

const MOST = 12;

export function PresenceView({ connection, project }: Props) {
  const trans = useStrings();
  const { team, state } = useTeam(connection, project);
  const [isOpen, setIsOpen] = useState(false);
  const others = othersOf(team.people, state.user);
  const there = others.filter(({ status }) => status !== 'offline');
  const actions = pageHands() === null ? { ...ACTIONS, go: null } : ACTIONS;
  const label = isOpen ? trans.__('Hide the list') : trans.__('Show them as a list');
  return (
    <Frame connection={connection} state={state} project={project}>
      <div className="jrt-people-head" data-jrt-presence="">
        <PresenceBar
          people={there}
          most={MOST}
          actions={actions}
          expanded={isOpen}
          onMore={() => setIsOpen(!isOpen)}
        />
        {others.length > 0 && (
          <button
            type="button"
            className="jrt-link"
            aria-expanded={isOpen}
            onClick={() => setIsOpen(!isOpen)}
          >
            {label}
          </button>
        )}
        <ConnectionDot state={state} onWake={() => connection.wake()} />
      </div>
      <TeamFace team={team} others={others} state={state} />
      {isOpen && <PeopleList people={others} actions={actions} />}
    </Frame>
  );
}

interface FeedProps extends Props {
  user: string;
  kind: string;
}

export function ActivityView({ connection, project, user, kind }: FeedProps) {
  const { team, state } = useTeam(connection, project);
  const query = useMemo(
    () => ({ user: user || undefined, kind: (kind || undefined) as ActivityKind | undefined }),
    [user, kind],
  );
  const open = (item: ActivityItem) =>
    pageHands() === null ? null : () => void askToOpenActivity(item);
  return (
    <Frame connection={connection} state={state} project={project}>
      <ActivityFeed
        connection={connection}
        state={state}
        project={project}
        people={team.people.map(person => person.user)}
        open={open}
        query={query}
      />
    </Frame>
  );
}

function useTeam(connection: Connection, project: string): { team: Team; state: ConnectionState } {
  const presence = useMemo(() => pagePresence(connection), [connection]);
  useFollow(project === '' ? null : () => presence.follow(project), project || null);
  const { teams } = useStore(presence.store);
  const state = useStore(connection.store);
  return { team: teams[project] ?? NO_TEAM, state };
}

function Frame(props: Props & { state: ConnectionState; children: ReactNode }) {
  const { state, project, children } = props;
  const trans = useStrings();
  return (
    <Connected state={state}>
      <Banner state={state} version={VERSION} />
      <Hint state={state} />
      {project === '' ? (
        <p className="jrt-face">
          {trans.__('The folder of this kernel belongs to no project that its server knows.')}
        </p>
      ) : (
        children
      )}
    </Connected>
  );
}
