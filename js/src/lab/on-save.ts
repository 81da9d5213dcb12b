/** Analyses what was saved, where the person wants it: only that file, once it has been quiet for a moment. */

import type { IDocumentWidget } from '@jupyterlab/docregistry';

const QUIET_MILLISECONDS = 1000;
const ANALYSED = /\.(ipynb|py)$/;

export class OnSave {
  enabled = false;
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly analyse: (path: string) => void) {}

  watch({ context }: IDocumentWidget): void {
    context.saveState.connect((_, state) => {
      if (state === 'completed') {
        this.saved(context.path.replace(/^[^/]*:/, ''));
      }
    });
  }

  saved(path: string): void {
    if (!this.enabled || !ANALYSED.test(path)) {
      return;
    }
    clearTimeout(this.timers.get(path));
    const run = () => {
      this.timers.delete(path);
      this.analyse(path);
    };
    this.timers.set(path, setTimeout(run, QUIET_MILLISECONDS));
  }
}
