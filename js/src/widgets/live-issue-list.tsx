/** The entry of `jupyter_realtime.widgets.LiveIssueList` for anywidget. */

import { RunCard } from '../ui/RunCard.js';
import { widgetOf } from './shell/run-widget.js';

export default widgetOf((view, actions) => (
  <RunCard view={view} actions={actions} open={null} parts="issues" />
));
