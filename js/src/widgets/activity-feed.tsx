/** The entry of `jupyter_realtime.widgets.ActivityFeed` for anywidget. */

import activity from '../../style/activity.css';
import avatar from '../../style/avatar.css';
import notifications from '../../style/notifications.css';
import type { Model, SharedTraits } from './model.js';
import { inboxWidget } from './shell/inbox-widget.js';
import { ActivityView } from './shell/team-views.js';

type Traits = SharedTraits & { project: string; user: string; kind: string };

export default inboxWidget([avatar, notifications, activity], (connection, given) => {
  const model = given as unknown as Model<Traits>;
  return (
    <ActivityView
      connection={connection}
      project={model.get('project')}
      user={model.get('user')}
      kind={model.get('kind')}
    />
  );
});
