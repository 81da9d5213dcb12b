/** Which cell of a notebook runs, and since when, for what was started in this page. */

import { NotebookActions, type NotebookModel, type NotebookPanel } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';

import type { Running } from '../core/present.js';

const CUTS: ReadonlySet<string> = new Set([
  'restarting',
  'autorestarting',
  'terminating',
  'dead',
  'unknown',
]);

type Model = NotebookModel | NotebookPanel['content']['model'];

export class RunningCells {
  readonly changed = new Signal<this, void>(this);
  /** The cells that were started and have not ended, the one that runs first. */
  private readonly queues = new WeakMap<object, Running[]>();

  constructor() {
    NotebookActions.executionScheduled.connect((_, { notebook, cell }) => {
      const queue = this.queueOf(notebook.model);
      queue.push({ cell: cell.model.id, since: now() });
      this.changed.emit();
    });
    NotebookActions.executed.connect((_, { notebook, cell }) => {
      const queue = this.queueOf(notebook.model);
      const at = queue.findIndex(it => it.cell === cell.model.id);
      if (at >= 0) {
        queue.splice(at, 1);
        const [next] = queue;
        if (at === 0 && next) {
          queue[0] = { ...next, since: now() };
        }
        this.changed.emit();
      }
    });
  }

  of(model: Model): Running | null {
    return (model && this.queues.get(model)?.[0]) ?? null;
  }

  /** A kernel that is restarted, or dies, finishes nothing, and says so of no cell. */
  watch({ sessionContext, content }: NotebookPanel): void {
    sessionContext.statusChanged.connect((_, status) => {
      if (CUTS.has(status) && this.of(content.model) !== null) {
        this.queueOf(content.model).length = 0;
        this.changed.emit();
      }
    });
  }

  private queueOf(model: Model): Running[] {
    const queue = (model && this.queues.get(model)) ?? [];
    if (model) {
      this.queues.set(model, queue);
    }
    return queue;
  }
}

const now = (): string => new Date().toISOString();
