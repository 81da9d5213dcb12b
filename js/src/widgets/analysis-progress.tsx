/** The entry of `jupyter_realtime.widgets.AnalysisProgress` for anywidget. */

import { RunCard } from '../ui/RunCard.js';
import { widgetOf } from './shell/run-widget.js';

export default widgetOf((view, actions) => <RunCard view={view} actions={actions} open={null} />);
