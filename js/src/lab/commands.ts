/** The commands: in the palette, in the notebook's toolbar, and for others to call. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { type ICommandPalette, Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Analyses } from '../core/analyses.js';
import { errorText } from '../ui/error-words.js';
import { isFinished } from '../ui/progress-words.js';
import type { Target, TargetKind } from '../ui/TargetChoice.js';
import { analysisIcon } from './icon.js';
import type { Targets } from './targets.js';

export const CommandIds = {
  notebook: 'jupyter-realtime:analyse-notebook',
  folder: 'jupyter-realtime:analyse-folder',
  project: 'jupyter-realtime:analyse-project',
  cancel: 'jupyter-realtime:cancel-analyses',
  show: 'jupyter-realtime:show-panel',
  files: 'jupyter-realtime:analyse-files',
  next: 'jupyter-realtime:next-issue',
  previous: 'jupyter-realtime:previous-issue',
} as const;

interface Parts {
  app: JupyterFrontEnd;
  palette: ICommandPalette | null;
  trans: TranslationBundle;
  targets: Targets;
  analyses: Analyses;
  analyse: (kind: TargetKind) => Promise<unknown>;
  showPanel: () => void;
  /** What is selected in the file browser, from the server's root. */
  selected: () => string[];
  /** To the next issue in the document in front, or to the one before. */
  step: (by: 1 | -1) => Promise<void>;
}

export function addCommands(parts: Parts): void {
  const { app, palette, trans } = parts;
  addAnalyse(parts, CommandIds.notebook, 'notebook', trans.__('Analyse This Notebook'));
  addAnalyse(parts, CommandIds.folder, 'folder', trans.__('Analyse This Folder'));
  addAnalyse(parts, CommandIds.project, 'project', trans.__('Analyse the Project'));
  addCancel(parts);
  addFiles(parts);
  addStep(parts, CommandIds.next, 1, trans.__('Go to Next Issue'));
  addStep(parts, CommandIds.previous, -1, trans.__('Go to Previous Issue'));
  app.commands.addCommand(CommandIds.show, {
    label: trans.__('Show Analysis Panel'),
    caption: trans.__('Show the analyses and what they found'),
    icon: analysisIcon,
    execute: parts.showPanel,
  });
  for (const command of Object.values(CommandIds)) {
    if (command !== CommandIds.files) {
      palette?.addItem({ command, category: trans.__('Analysis') });
    }
  }
}

function addAnalyse(parts: Parts, id: string, kind: TargetKind, label: string): void {
  const { app, targets } = parts;
  const target = (): Target | undefined =>
    targets.store.getState().targets.find(one => one.kind === kind);
  app.commands.addCommand(id, {
    label: ({ toolbar }) => (toolbar ? '' : label),
    caption: () => target()?.unavailable ?? label,
    icon: analysisIcon,
    isEnabled: () => target()?.unavailable === null,
    execute: () => start(parts, () => parts.analyse(kind)),
  });
  targets.store.subscribe(() => app.commands.notifyCommandChanged(id));
}

async function start({ showPanel, trans }: Parts, how: () => Promise<unknown>): Promise<void> {
  showPanel();
  try {
    await how();
  } catch (error) {
    const reason = errorText(error, trans);
    Notification.error(trans.__('The analysis could not start: %1', reason), { autoClose: 8000 });
  }
}

/** In the menu of the file browser: what is selected there. */
function addFiles(parts: Parts): void {
  const { app, analyses, targets, trans, selected } = parts;
  app.commands.addCommand(CommandIds.files, {
    label: trans.__('Analyse'),
    caption: trans.__('Look for problems in the selected files and folders'),
    icon: analysisIcon,
    isVisible: () => selected().length > 0,
    execute: () =>
      start(parts, () => analyses.start({ paths: selected(), ...targets.comparison() })),
  });
}

function addStep({ app, step, trans }: Parts, id: string, by: 1 | -1, label: string): void {
  app.commands.addCommand(id, {
    label,
    caption: trans.__('Of the notebook or file in front'),
    execute: () => step(by),
  });
}

function addCancel({ app, analyses, trans }: Parts): void {
  const going = () =>
    Object.values(analyses.store.getState().runs).filter(({ analysis }) => !isFinished(analysis));
  app.commands.addCommand(CommandIds.cancel, {
    label: trans.__('Cancel Analyses'),
    caption: trans.__('Cancel all analyses that are going on'),
    isEnabled: () => going().length > 0,
    execute: async () => {
      const all = going().map(({ analysis }) => analyses.cancel(analysis.id));
      for (const outcome of await Promise.allSettled(all)) {
        if (outcome.status === 'rejected') {
          const reason = errorText(outcome.reason, trans);
          Notification.error(trans.__('Not cancelled: %1', reason), { autoClose: 8000 });
          return;
        }
      }
    },
  });
  analyses.store.subscribe(() => app.commands.notifyCommandChanged(CommandIds.cancel));
}
