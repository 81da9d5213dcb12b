/** The panel of a project's people and of what they have done, in the right area. */

import { ReactWidget } from '@jupyterlab/ui-components';

import type { Away } from '../core/away.js';
import { NO_TEAM } from '../core/presence.js';
import type { Visibility } from '../core/visibility.js';
import { ActivityFeed, type FeedProps } from '../ui/ActivityFeed.js';
import { Banner, Hint } from '../ui/Banner.js';
import { Connected } from '../ui/Connected.js';
import { ConnectionDot } from '../ui/ConnectionDot.js';
import { useFollow, useStore } from '../ui/hooks.js';
import { TeamPresence } from '../ui/TeamPresence.js';
import { type Strings, StringsProvider, useStrings } from '../ui/translator.js';
import { VERSION } from '../ui/version.js';
import { WhileAway } from '../ui/WhileAway.js';
import { teamIcon } from './icon.js';
import { type PeopleParts, usePeopleActions } from './people-here.js';

export const TEAM_ID = 'jupyter-realtime-team';

interface Props {
  parts: PeopleParts;
  visibility: Visibility;
  away: Away;
  openActivity: FeedProps['open'];
}

export class TeamPanelWidget extends ReactWidget {
  constructor(
    private readonly props: Props,
    private readonly trans: Strings,
  ) {
    super();
    this.id = TEAM_ID;
    this.title.icon = teamIcon;
    this.title.caption = trans.__('Team');
  }

  protected override render() {
    return (
      <StringsProvider value={this.trans}>
        <Panel {...this.props} />
      </StringsProvider>
    );
  }
}

function Panel({ parts, visibility, away, openActivity }: Props) {
  const trans = useStrings();
  const state = useStore(parts.connection.store);
  const { project } = useStore(parts.front.store);
  const { teams } = useStore(parts.presence.store);
  const { visible } = useStore(visibility.store);
  const { missed } = useStore(away.store);
  const actions = usePeopleActions(parts);
  const team = project === null ? NO_TEAM : (teams[project] ?? NO_TEAM);
  useFollow(() => visibility.follow(), 'visibility');
  return (
    <Connected state={state}>
      <div className="jrt-root jrt-panel" data-jrt-team-panel="">
        <Banner state={state} version={VERSION} />
        <Hint state={state} />
        <div className="jrt-center-head">
          <h2 className="jrt-center-title">{trans.__('Team')}</h2>
          <ConnectionDot state={state} onWake={() => parts.connection.wake()} />
        </div>
        <WhileAway missed={missed} open={openActivity} onSeen={() => away.seen()} />
        <div className="jrt-team-people">
          <TeamPresence
            team={team}
            state={state}
            actions={actions}
            visibility={{ visible, show: choice => visibility.show(choice) }}
          />
        </div>
        {project !== null && (
          <>
            <h3 className="jrt-team-heading">{trans.__('Activity')}</h3>
            <ActivityFeed
              key={project}
              connection={parts.connection}
              state={state}
              project={project}
              people={team.people.map(({ user }) => user)}
              open={openActivity}
            />
          </>
        )}
      </div>
    </Connected>
  );
}

/** On the panel's tab: whether something was missed at the document in front. */
export function noteMissed(panel: TeamPanelWidget, missed: number, trans: Strings): void {
  panel.title.caption = missed
    ? trans._n(
        'Team: %1 thing happened while you were away',
        'Team: %1 things happened while you were away',
        missed,
      )
    : trans.__('Team');
  panel.title.dataset = { ...panel.title.dataset, 'jrt-unread': missed ? String(missed) : '' };
}
