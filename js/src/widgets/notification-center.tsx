/** The entry of `jupyter_realtime.widgets.NotificationCenter` for anywidget. */

import notifications from '../../style/notifications.css';
import { CenterView } from './shell/center-view.js';
import { inboxWidget } from './shell/inbox-widget.js';

export default inboxWidget([notifications], connection => <CenterView connection={connection} />);
