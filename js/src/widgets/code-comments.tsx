/** The entry of `jupyter_realtime.widgets.CodeComments` for anywidget. */

import avatar from '../../style/avatar.css';
import comments from '../../style/comments.css';
import diff from '../../style/diff.css';
import type { Model, SharedTraits } from './model.js';
import { inboxWidget } from './shell/inbox-widget.js';
import { ReviewView } from './shell/review-view.js';

type Traits = SharedTraits & { path: string };

export default inboxWidget([avatar, comments, diff], (connection, model) => (
  <ReviewView
    connection={connection}
    path={(model as unknown as Model<Traits>).get('path').replace(/^\/+/, '')}
  />
));
