/** The plugin of presence: who is here, in a panel, at notebooks, at cells, in editors, in the status bar. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';

import type { ActivityItem } from '../core/activity.js';
import { Away } from '../core/away.js';
import { Here } from '../core/here.js';
import { pageDocuments, pagePresence } from '../core/page.js';
import { Visibility } from '../core/visibility.js';
import { activityTarget } from './activity-target.js';
import { connect } from './connect.js';
import { addToDocuments } from './documents.js';
import { Front } from './front.js';
import { Going } from './going.js';
import { teamIcon } from './icon.js';
import { onOpenTeam } from './open-event.js';
import { Others } from './others.js';
import { OwnPlace } from './own-place.js';
import {
  createPeopleInNotebook,
  createPeopleStatus,
  FollowingNote,
  type PeopleParts,
} from './people-here.js';
import { isNotebook } from './pieces.js';
import { RunningCells } from './running.js';
import { noteMissed, TEAM_ID, TeamPanelWidget } from './team-panel.js';

export const TeamCommands = {
  show: 'jupyter-realtime:show-team',
  visible: 'jupyter-realtime:toggle-visible',
} as const;

export const presence: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-realtime:presence',
  description: 'Who is here, where they are, and what they do.',
  autoStart: true,
  requires: [IDocumentManager],
  optional: [
    ITranslator,
    ICommandPalette,
    ILayoutRestorer,
    IDefaultFileBrowser,
    IStatusBar,
    IEditorExtensionRegistry,
    IToolbarWidgetRegistry,
  ],
  activate: (
    app: JupyterFrontEnd,
    documents: IDocumentManager,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    browser: IDefaultFileBrowser | null,
    statusBar: IStatusBar | null,
    editors: IEditorExtensionRegistry | null,
    toolbars: IToolbarWidgetRegistry | null,
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_realtime');
    const connection = connect(app.serviceManager.serverSettings);
    const [people, paths] = [pagePresence(connection), pageDocuments(connection)];
    const here = new Here(connection);
    const front = new Front({ app, documents, browser, connection, paths });
    const running = new RunningCells();
    new OwnPlace(here, front, running);
    const others = new Others({ connection, presence: people, paths, here, trans });
    if (editors) {
      others.register(editors);
    }
    addToDocuments(app, [
      widget => others.watch(widget),
      widget => isNotebook(widget) && running.watch(widget),
    ]);

    const visibility = new Visibility(connection);
    visibility.follow();
    visibility.store.subscribe(({ visible }) => {
      here.invisible = visible === false;
      app.commands.notifyCommandChanged(TeamCommands.visible);
    });
    const followed = new Set<string>();
    front.store.subscribe(({ project }) => {
      if (project !== null && !followed.has(project)) {
        followed.add(project);
        people.follow(project);
      }
    });

    const going = new Going({ app, documents, front, presence: people });
    const showTeam = () => app.shell.activateById(TEAM_ID);
    const parts: PeopleParts = {
      connection,
      presence: people,
      paths,
      front,
      others,
      going,
      showTeam,
    };
    const away = new Away(connection);
    front.store.subscribe(({ document }) => void away.comeTo(document?.id ?? null));
    const openActivity = (item: ActivityItem) => activityTarget(app, front, item);
    onOpenTeam(
      person => void going.to(person, true),
      item => openActivity(item)?.(),
    );
    const panel = new TeamPanelWidget({ parts, visibility, away, openActivity }, trans);
    away.store.subscribe(({ missed }) => noteMissed(panel, missed?.items.length ?? 0, trans));
    app.shell.add(panel, 'right', { rank: 895 });
    restorer?.add(panel, TEAM_ID);
    toolbars?.addFactory<NotebookPanel>('Notebook', 'jupyter-realtime-people', notebook =>
      createPeopleInNotebook(notebook, parts, trans),
    );
    statusBar?.registerStatusItem('jupyter-realtime:people', {
      item: createPeopleStatus(parts, trans),
      align: 'right',
      rank: 48,
    });
    const note = ReactWidget.create(<FollowingNote going={going} trans={trans} />);
    note.addClass('jp-ThemedContainer');
    Widget.attach(note, document.body);

    app.commands.addCommand(TeamCommands.show, {
      label: trans.__('Show Team'),
      caption: trans.__('Show who is here and what they do'),
      icon: teamIcon,
      execute: showTeam,
    });
    app.commands.addCommand(TeamCommands.visible, {
      label: trans.__('Invisible to Others'),
      isToggled: () => visibility.store.getState().visible === false,
      execute: () => visibility.show(visibility.store.getState().visible === false),
    });
    for (const command of Object.values(TeamCommands)) {
      palette?.addItem({ command, category: trans.__('Team') });
    }
  },
};
