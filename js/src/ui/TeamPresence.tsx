/** Who is in a project: oneself with the choice to be seen, and all others; a face for when there is nobody. */

import type { ConnectionState } from '../core/connection.js';
import type { Present, Team } from '../core/presence.js';
import { othersOf } from '../core/present.js';
import type { Actor } from '../core/protocol.js';
import { Avatar } from './Avatar.js';
import { useAttempt } from './attempt.js';
import { LiveFace } from './LiveFace.js';
import { PeopleList } from './PeopleList.js';
import { Problem } from './Problem.js';
import { PeopleIcon } from './people-icons.js';
import type { PresenceActions } from './presence-actions.js';
import { useStrings } from './translator.js';

export interface VisibilityProps {
  /** Whether others see oneself; null until it is known. */
  visible: boolean | null;
  show: (visible: boolean) => Promise<void>;
}

interface Props {
  team: Team;
  state: ConnectionState;
  actions: PresenceActions;
  visibility: VisibilityProps;
}

export function TeamPresence({ team, state, actions, visibility }: Props) {
  const { user } = state;
  const others = othersOf(team.people, user);
  return (
    <div className="jrt-team" data-jrt-team="">
      {user && <Self user={user} {...visibility} />}
      <TeamFace team={team} others={others} state={state} />
      <PeopleList people={others} actions={actions} />
    </div>
  );
}

function Self({ user, visible, show }: { user: Actor } & VisibilityProps) {
  const trans = useStrings();
  const { problem, attempt } = useAttempt(visible);
  const isSeen = visible !== false;
  return (
    <>
      <div className="jrt-person jrt-person-self" data-jrt-self="" data-jrt-visible={isSeen}>
        <Avatar of={user} />
        <span className="jrt-person-words">
          <span className="jrt-person-name">{trans.__('%1 (you)', user.display_name)}</span>
          <span className="jrt-person-facts" role="status">
            {isSeen ? trans.__('Seen by others') : trans.__('Invisible: nobody else sees you')}
          </span>
        </span>
        <button
          type="button"
          className="jrt-icon-button"
          aria-pressed={!isSeen}
          aria-label={trans.__('Invisible')}
          title={isSeen ? trans.__('Be invisible') : trans.__('Be seen again')}
          aria-disabled={visible === null}
          onClick={visible === null ? undefined : () => void attempt(() => show(!isSeen))}
        >
          <PeopleIcon name={isSeen ? 'eye' : 'unseen'} />
        </button>
      </div>
      <Problem words={problem} />
    </>
  );
}

interface FaceProps {
  team: Team;
  others: readonly Present[];
  state: ConnectionState;
}

/** What is said where nobody is shown, or what is shown may be old. */
export function TeamFace({ team, others, state }: FaceProps) {
  const trans = useStrings();
  return (
    <LiveFace
      {...{ state }}
      loaded={team.ready}
      error={team.error}
      onRetry={null}
      hasRows={others.some(({ status }) => status !== 'offline')}
      waiting={trans.__('Offline. Who is here appears once the server answers.')}
      looking={trans.__('Looking who is here…')}
    >
      <p className="jrt-face">
        {trans.__('Nobody else is here. Whoever opens a notebook of this project appears here.')}
      </p>
    </LiveFace>
  );
}
