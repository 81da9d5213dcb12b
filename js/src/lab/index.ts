/** The plugin of JupyterLab and Notebook 7: the parts are made here and put together, nothing else. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser, IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';

import type { Analyses } from '../core/analyses.js';
import type { Connection } from '../core/connection.js';
import { Jobs } from '../core/jobs.js';
import { offerHands, pageAnalyses, pageCatalogue, pageTriage } from '../core/page.js';
import type { Analysis, Issue } from '../core/protocol.js';
import { SystemWatch } from '../core/system-status.js';
import type { Triage } from '../core/triage.js';
import { errorText } from '../ui/error-words.js';
import type { TargetKind } from '../ui/TargetChoice.js';
import { VERSION } from '../ui/version.js';
import { AnalysedTexts } from './analysed.js';
import { addCommands } from './commands.js';
import { comments } from './comments.js';
import { connect } from './connect.js';
import { addToDocuments, followSettings } from './documents.js';
import { Marking } from './marking.js';
import { Mending } from './mending.js';
import { notifications } from './notifications.js';
import { OnSave } from './on-save.js';
import { noteSaved } from './on-screen.js';
import { onOpenIssue } from './open-event.js';
import { openIssue } from './opener.js';
import { AnalysisPanelWidget, PANEL_ID } from './panel.js';
import { preferences } from './preferences.js';
import { presence } from './presence.js';
import { push } from './push.js';
import { createStatus } from './status.js';
import { Stepping } from './stepping.js';
import { followPlace, Targets } from './targets.js';

const analysis: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-realtime:plugin',
  description: 'Live analysis of notebooks and modules.',
  autoStart: true,
  requires: [IDocumentManager],
  optional: [
    ITranslator,
    ICommandPalette,
    ILayoutRestorer,
    IDefaultFileBrowser,
    IStatusBar,
    IEditorExtensionRegistry,
    IFileBrowserFactory,
    ISettingRegistry,
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
    browsers: IFileBrowserFactory | null,
    registry: ISettingRegistry | null,
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyter_realtime');
    const connection = connect(app.serviceManager.serverSettings);
    const analyses = pageAnalyses(connection);
    const jobs = new Jobs(connection);
    const system = new SystemWatch(connection);
    system.follow();
    const triage = pageTriage(connection);
    const catalogue = pageCatalogue(connection);
    const targets = followProjects(connection, analyses, jobs, triage, trans);
    const texts = new AnalysedTexts(app.serviceManager.contents);
    const open = opening(app, documents, targets, texts, trans);
    const analyse = async (kind: TargetKind) =>
      analyses.start({ ...(await targets.paths(kind)), ...targets.comparison() });

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
          again: run =>
            analyses.start({
              paths: run.paths,
              project: run.project,
              ...(run.baseline ? { baseline: run.baseline } : {}),
            }),
          openIssue: open,
          retry: () => connection.wake(),
          triage,
          about: issue => catalogue.explain(issue),
          keepBaseline: (run, name) => triage.keepBaseline(run.project, name, run.id),
        },
        choose: kind => targets.choose(kind),
        chooseBaseline: name => targets.chooseBaseline(name),
        history: () => analyses.history(targets.present?.id ?? ''),
        recall: run => analyses.recall(run),
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
    const selected = () =>
      Array.from(browsers?.tracker.currentWidget?.selectedItems() ?? [], ({ path }) =>
        path.replace(/^[^/]*:/, ''),
      );

    const hands = new Mending({
      documents,
      trans,
      texts,
      pathOf: (issue, run) => pathOf(targets, issue, run),
    });
    offerHands(hands);
    const onProblem = (error: unknown) => warn(errorText(error, trans));
    const projectOf = (path: string) => targets.projectOfFile(path);
    const marking = new Marking({ analyses, triage, texts, hands, trans, projectOf, onProblem });
    if (editors) {
      marking.marks.register(editors);
    }
    const stepping = new Stepping({
      app,
      places: widget => marking.places(widget),
      open: ({ issue, run }) => open(issue, run),
    });
    const step = (by: 1 | -1) => stepping.step(by);
    addCommands({ app, palette, trans, targets, analyses, analyse, showPanel, selected, step });
    const latest = new Map<string, string>();
    const onStarted = (path: string, run: string) => {
      // One card a file: those before are among the earlier analyses.
      const before = latest.get(path);
      latest.set(path, run);
      if (before !== undefined) {
        analyses.dismiss(before);
      }
    };
    const saved = (path: string) => {
      noteSaved(path);
      void analyses
        .start({ paths: [path], quiet: true, ...targets.comparison() })
        .then(run => onStarted(path, run), onProblem);
    };
    const onSave = new OnSave(saved);
    addToDocuments(app, [widget => marking.watch(widget), widget => onSave.watch(widget)]);
    followSettings(registry, analysis.id, settings => {
      onSave.enabled = settings.analyseOnSave;
      marking.enabled = settings.marks;
    });
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
  triage: Triage,
  trans: TranslationBundle,
): Targets {
  const followed = new Set<string>();
  const offer = (id: string) => targets.offer(id, triage.of(id).baselines);
  triage.store.subscribe(({ projects }) => Object.keys(projects).forEach(offer));
  const targets = new Targets(connection, trans, ({ id }) => {
    queueMicrotask(() => offer(id));
    if (!followed.has(id)) {
      followed.add(id);
      analyses.followProject(id);
      jobs.followProject(id);
      triage.followProject(id);
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

/** Where the file of an issue is, from the server's root. */
async function pathOf(targets: Targets, issue: Issue, run: Analysis): Promise<string> {
  const root = (await targets.byId(run.project))?.root ?? '';
  return root === '' ? issue.path : `${root}/${issue.path}`;
}

function warn(message: string): void {
  Notification.error(message, { autoClose: 8000 });
}

function opening(
  app: JupyterFrontEnd,
  documents: IDocumentManager,
  targets: Targets,
  texts: AnalysedTexts,
  trans: TranslationBundle,
): (issue: Issue, run: Analysis) => void {
  const open = async (issue: Issue, run: Analysis) => {
    const path = await pathOf(targets, issue, run);
    // Before anything is opened, which may write the file.
    const analysed = await texts.of(run, path);
    await openIssue(app, documents, path, issue, analysed);
  };
  return (issue, run) => {
    open(issue, run).catch((error: unknown) => {
      const reason = errorText(error, trans);
      Notification.error(trans.__('The issue could not be opened: %1', reason), {
        autoClose: 8000,
      });
    });
  };
}

export default [analysis, notifications, preferences, push, presence, comments];
