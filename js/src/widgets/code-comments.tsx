/** The entry of `jupyter_realtime.widgets.CodeComments` for anywidget. */

import avatar from '../../style/avatar.css';
import comments from '../../style/comments.css';
import diff from '../../style/diff.css';
import { type CodeCell, readCode } from '../core/code-source.js';
import { pageCommentHands } from '../core/page.js';
import { baseOfPage } from './base.js';
import type { Model, SharedTraits } from './model.js';
import { inboxWidget } from './shell/inbox-widget.js';
import { ReviewView } from './shell/review-view.js';

type Traits = SharedTraits & { path: string };

export default inboxWidget([avatar, comments, diff], (connection, model, kernel) => {
  const path = (model as unknown as Model<Traits>).get('path').replace(/^\/+/, '');
  const read = () =>
    kernel ? kernel.rest.get<CodeCell[]>('code') : readCode(baseOfPage(connection.prefix), path);
  // What the page can do to code is for documents of its own server.
  const hands = kernel ? null : pageCommentHands();
  return <ReviewView connection={connection} path={path} read={read} hands={hands} />;
});
