/** The panel in the right area. */

import { ReactWidget } from '@jupyterlab/ui-components';

import { AnalysisPanel, type PanelProps } from '../ui/AnalysisPanel.js';
import { type Strings, StringsProvider } from '../ui/translator.js';
import { analysisIcon } from './icon.js';

export const PANEL_ID = 'jupyter-realtime-analysis';

export class AnalysisPanelWidget extends ReactWidget {
  constructor(
    private readonly props: PanelProps,
    private readonly trans: Strings,
  ) {
    super();
    this.id = PANEL_ID;
    this.title.icon = analysisIcon;
    this.title.caption = trans.__('Analysis');
  }

  protected override render() {
    return (
      <StringsProvider value={this.trans}>
        <AnalysisPanel {...this.props} />
      </StringsProvider>
    );
  }
}
