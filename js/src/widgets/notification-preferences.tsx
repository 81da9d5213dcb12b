/** The entry of `jupyter_realtime.widgets.NotificationPreferences` for anywidget. */

import preferences from '../../style/preferences.css';
import { inboxWidget } from './shell/inbox-widget.js';
import { PreferencesView } from './shell/preferences-view.js';

export default inboxWidget([preferences], connection => (
  <PreferencesView connection={connection} />
));
