/** The commands: in the palette, in the notebook's toolbar, and for others to call. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { type ICommandPalette, Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Analyses } from '../core/analyses.js';
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
} as const;

interface Parts {
  app: JupyterFrontEnd;
  palette: ICommandPalette | null;
  trans: TranslationBundle;
  targets: Targets;
  analyses: Analyses;
  analyse: (kind: TargetKind) => Promise<unknown>;
  showPanel: () => void;
}

export function addCommands(parts: Parts): void {
  const { app, palette, trans } = parts;
  addAnalyse(parts, CommandIds.notebook, 'notebook', trans.__('Analyse This Notebook'));
  addAnalyse(parts, CommandIds.folder, 'folder', trans.__('Analyse This Folder'));
  addAnalyse(parts, CommandIds.project, 'project', trans.__('Analyse the Project'));
  addCancel(parts);
  app.commands.addCommand(CommandIds.show, {
    label: trans.__('Show Analysis Panel'),
    caption: trans.__('Show the analyses and what they found'),
    icon: analysisIcon,
    execute: parts.showPanel,
  });
  for (const command of Object.values(CommandIds)) {
    palette?.addItem({ command, category: trans.__('Analysis') });
  }
}

function addAnalyse(parts: Parts, id: string, kind: TargetKind, label: string): void {
  const { app, targets, trans } = parts;
  const target = (): Target | undefined =>
    targets.store.getState().targets.find(one => one.kind === kind);
  app.commands.addCommand(id, {
    label: ({ toolbar }) => (toolbar ? '' : label),
    caption: () => target()?.unavailable ?? label,
    icon: analysisIcon,
    isEnabled: () => target()?.unavailable === null,
    execute: async () => {
      parts.showPanel();
      try {
        await parts.analyse(kind);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        Notification.error(trans.__('The analysis could not start: %1', reason), {
          autoClose: 8000,
        });
      }
    },
  });
  targets.store.subscribe(() => app.commands.notifyCommandChanged(id));
}

function addCancel({ app, analyses, trans }: Parts): void {
  const going = () =>
    Object.values(analyses.store.getState().runs).filter(({ analysis }) => !isFinished(analysis));
  app.commands.addCommand(CommandIds.cancel, {
    label: trans.__('Cancel Analyses'),
    caption: trans.__('Cancel all analyses that are going on'),
    isEnabled: () => going().length > 0,
    execute: async () => {
      await Promise.all(going().map(({ analysis }) => analyses.cancel(analysis.id)));
    },
  });
  analyses.store.subscribe(() => app.commands.notifyCommandChanged(CommandIds.cancel));
}
