/** Every notebook and file that is opened, and what the person has set. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { DocumentRegistry, IDocumentWidget } from '@jupyterlab/docregistry';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { DisposableDelegate } from '@lumino/disposable';
import type { Widget } from '@lumino/widgets';

export interface Settings {
  analyseOnSave: boolean;
  marks: boolean;
  toasts: boolean;
}

const FACTORIES = ['Notebook', 'Editor'];

/** Tell of each document once, as it is opened. */
export function addToDocuments(
  app: JupyterFrontEnd,
  watchers: readonly ((widget: IDocumentWidget) => void)[],
): void {
  const extension = {
    createNew: (widget: Widget & { context: DocumentRegistry.Context }) => {
      for (const watch of watchers) {
        watch(widget as unknown as IDocumentWidget);
      }
      return new DisposableDelegate(() => {});
    },
  };
  for (const factory of FACTORIES) {
    app.docRegistry.addWidgetExtension(factory, extension as never);
  }
}

/** Say what is set, now and whenever it changes. */
export function followSettings(
  registry: ISettingRegistry | null,
  plugin: string,
  apply: (settings: Settings) => void,
): void {
  void registry?.load(plugin).then(settings => {
    const look = () => apply(settings.composite as unknown as Settings);
    settings.changed.connect(look);
    look();
  });
}
