/** The plugin of JupyterLab and Notebook 7: the parts are made here and put together, nothing else. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';

import type { Analyses } from '../core/analyses.js';
import type { Connection } from '../core/connection.js';
import { Jobs } from '../core/jobs.js';
import { pageAnalyses } from '../core/page.js';
import type { Analysis, Issue } from '../core/protocol.js';
import { SystemWatch } from '../core/system-status.js';
import type { TargetKind } from '../ui/TargetChoice.js';
import { VERSION } from '../ui/version.js';
import { addCommands } from './commands.js';
import { connect } from './connect.js';
import { onOpenIssue } from './open-event.js';
import { openIssue } from './opener.js';
import { AnalysisPanelWidget, PANEL_ID } from './panel.js';
import { createStatus } from './status.js';
import { followPlace, Targets } from './targets.js';

const analysis: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-realtime:plugin',
  description: 'Live analysis of notebooks and modules.',
  autoStart: true,
  requires: [IDocumentManager],
  optional: [ITranslator, ICommandPalette, ILayoutRestorer, IDefaultFileBrowser, IStatusBar],
  activate: (
    app: JupyterFrontEnd,
    documents: IDocumentManager,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    browser: IDefaultFileBrowser | null,
    statusBar: IStatusBar | null,
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_realtime');
    const connection = connect(app.serviceManager.serverSettings);
    const analyses = pageAnalyses(connection);
    const jobs = new Jobs(connection);
    const system = new SystemWatch(connection);
    system.follow();
    const targets = followProjects(connection, analyses, jobs, trans);
    const open = opening(app, documents, targets, trans);
    const analyse = async (kind: TargetKind) => analyses.start(await targets.paths(kind));

    const panel = new AnalysisPanelWidget(
      {
        version: VERSION,
        connection: connection.store,
        analyses: analyses.store,
        jobs: jobs.store,
        system: system.store,
        targets: targets.store,
        actions: {
          cancel: run => analyses.cancel(run),
          dismiss: run => analyses.dismiss(run),
          again: run => analyses.start({ paths: run.paths, project: run.project }),
          openIssue: open,
          retry: () => connection.wake(),
        },
        choose: kind => targets.choose(kind),
        analyse,
        follow: run => analyses.follow(run),
        cancelJob: job => void jobs.cancel(job),
        wake: () => connection.wake(),
      },
      trans,
    );
    app.shell.add(panel, 'right', { rank: 900 });
    restorer?.add(panel, PANEL_ID);
    const showPanel = () => app.shell.activateById(PANEL_ID);

    followPlace(app, documents, browser, targets);
    addCommands({ app, palette, trans, targets, analyses, analyse, showPanel });
    onOpenIssue(open);
    statusBar?.registerStatusItem('jupyter-realtime:analysis', {
      item: createStatus(analyses, trans, showPanel),
      align: 'right',
      rank: 50,
    });
  },
};

/** Follow the runs and the jobs of each project in which the person is or was. */
function followProjects(
  connection: Connection,
  analyses: Analyses,
  jobs: Jobs,
  trans: TranslationBundle,
): Targets {
  const followed = new Set<string>();
  const targets = new Targets(connection, trans, ({ id }) => {
    if (!followed.has(id)) {
      followed.add(id);
      analyses.followProject(id);
      jobs.followProject(id);
      connection.subscribe(`project:${id}`, { onReady: () => targets.loaded() });
    }
  });
  connection.store.subscribe((state, before) => {
    if (state.status === 'online' && before.status !== 'online') {
      void targets.find();
    }
  });
  void targets.find();
  return targets;
}

function opening(
  app: JupyterFrontEnd,
  documents: IDocumentManager,
  targets: Targets,
  trans: TranslationBundle,
): (issue: Issue, run: Analysis) => void {
  const open = async (issue: Issue, run: Analysis) => {
    const project = await targets.byId(run.project);
    await openIssue(app, documents, project?.root ?? '', issue);
  };
  return (issue, run) => {
    open(issue, run).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      Notification.error(trans.__('The issue could not be opened: %1', reason), {
        autoClose: 8000,
      });
    });
  };
}

export default [analysis];
