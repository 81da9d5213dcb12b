/** The page of preferences: a tab of its own, opened from the palette, a menu, the settings, and our panel. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { IFormRendererRegistry, ReactWidget, settingsIcon } from '@jupyterlab/ui-components';

import { mutedNames } from '../core/muted.js';
import { pagePreferences, pagePush } from '../core/page.js';
import { Later } from '../ui/Later.js';
import { SHOW_PREFERENCES_EVENT } from '../ui/open-event.js';
import type { PreferencesProps } from '../ui/PreferencesPanel.js';
import { type Strings, StringsProvider } from '../ui/translator.js';
import { connect } from './connect.js';

export const SHOW_PREFERENCES = 'jupyter-realtime:show-preferences';

const PLUGIN = 'jupyter-realtime:preferences';
const WIDGET = 'jupyter-realtime-preferences';
/** The property of `schema/preferences.json` that is drawn as a button. */
const PROPERTY = 'preferences';

export const preferences: JupyterFrontEndPlugin<void> = {
  id: PLUGIN,
  description: 'How people want to be told.',
  autoStart: true,
  optional: [ITranslator, ICommandPalette, ILayoutRestorer, IFormRendererRegistry],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    forms: IFormRendererRegistry | null,
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_realtime');
    const connection = connect(app.serviceManager.serverSettings);
    const props: PreferencesProps = {
      connection: connection.store,
      book: pagePreferences(connection),
      names: ids => mutedNames(connection, ids),
      push: pagePush(connection),
    };
    const tracker = new WidgetTracker<MainAreaWidget>({ namespace: WIDGET });
    app.commands.addCommand(SHOW_PREFERENCES, {
      label: trans.__('Notification Preferences'),
      caption: trans.__('Choose what you are told, by which way, and when'),
      icon: settingsIcon,
      execute: () => {
        const known = tracker.currentWidget;
        const page = known && !known.isDisposed ? known : makePage(props, trans);
        if (!page.isAttached) {
          addToShell(app, page);
          void tracker.add(page);
        }
        app.shell.activateById(page.id);
      },
    });
    window.addEventListener(SHOW_PREFERENCES_EVENT, () => {
      void app.commands.execute(SHOW_PREFERENCES);
    });
    palette?.addItem({ command: SHOW_PREFERENCES, category: trans.__('Notifications') });
    void restorer?.restore(tracker, { command: SHOW_PREFERENCES, name: () => WIDGET });
    forms?.addRenderer(`${PLUGIN}.${PROPERTY}`, {
      fieldRenderer: () => (
        <OpenButton trans={trans} onOpen={() => void app.commands.execute(SHOW_PREFERENCES)} />
      ),
    });
  },
};

const loadPanel = async () =>
  (await import(/* webpackChunkName: "later-preferences" */ '../ui/PreferencesPanel.js'))
    .PreferencesPanel;

function makePage(props: PreferencesProps, trans: Strings): MainAreaWidget {
  const content = ReactWidget.create(
    <StringsProvider value={trans}>
      <Later load={loadPanel} props={props} />
    </StringsProvider>,
  );
  const page = new MainAreaWidget({ content });
  page.id = WIDGET;
  page.title.label = trans.__('Notification Preferences');
  page.title.icon = settingsIcon;
  page.title.closable = true;
  return page;
}

/** Notebook 7 has room for one document only, and takes no other there: it stands beside it. */
function addToShell(app: JupyterFrontEnd, page: MainAreaWidget): void {
  app.shell.add(page, 'main');
  if (!page.isAttached) {
    app.shell.add(page, 'right');
  }
}

/** In JupyterLab's own settings: what belongs to the person, on every device, is kept by the server. */
function OpenButton({ trans, onOpen }: { trans: Strings; onOpen: () => void }) {
  return (
    <div className="jrt-root jrt-settings">
      <p className="jrt-note">
        {trans.__('What you are told, by which way, and when, is kept by the server.')}
      </p>
      <button type="button" className="jrt-button jrt-button-small" onClick={onOpen}>
        {trans.__('Open notification preferences')}
      </button>
    </div>
  );
}
