/** The entry of `jupyter_realtime.widgets.PresenceBar` for anywidget. */

import avatar from '../../style/avatar.css';
import presence from '../../style/presence.css';
import type { Model, SharedTraits } from './model.js';
import { inboxWidget } from './shell/inbox-widget.js';
import { PresenceView } from './shell/team-views.js';

type Traits = SharedTraits & { project: string };

export default inboxWidget([avatar, presence], (connection, model) => (
  <PresenceView
    connection={connection}
    project={(model as unknown as Model<Traits>).get('project')}
  />
));
