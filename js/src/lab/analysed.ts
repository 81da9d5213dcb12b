/**
 * What an analysis has read, as far as it can still be known.
 *
 * An issue says where something is in the text that was analysed. A file that has not been written since
 * the run began is that text; it is kept then, because an applied fix will be saved. A file that was
 * written since can't be a witness: nothing is marked or changed by it.
 */

import type { Contents } from '@jupyterlab/services';

import type { Analysis } from '../core/protocol.js';
import type { Analysed } from './pieces.js';

const KEPT_FILES = 200;

export class AnalysedTexts {
  private readonly known = new Map<string, Promise<Analysed | null>>();

  constructor(private readonly contents: Contents.IManager) {}

  /** The texts of a file as a run has read it; null if it was written since. */
  async of(run: Analysis, path: string): Promise<Analysed | null> {
    const key = `${run.id} ${path}`;
    const asked = this.known.get(key) ?? this.read(run, path);
    this.known.set(key, asked);
    try {
      return await asked;
    } catch {
      this.known.delete(key);
      return null;
    } finally {
      this.forget();
    }
  }

  private async read(run: Analysis, path: string): Promise<Analysed | null> {
    const isNotebook = path.endsWith('.ipynb');
    const model = await this.contents.get(path, {
      content: true,
      type: isNotebook ? 'notebook' : 'file',
      ...(isNotebook ? {} : { format: 'text' }),
    });
    if (run.started === null || Date.parse(model.last_modified) > Date.parse(run.started)) {
      return null;
    }
    return isNotebook ? cellsOf(model.content) : [{ id: null, text: String(model.content) }];
  }

  private forget(): void {
    const [oldest] = this.known.keys();
    if (this.known.size > KEPT_FILES && oldest !== undefined) {
      this.known.delete(oldest);
    }
  }
}

interface NotebookContent {
  cells?: { id?: string; source: string | string[] }[];
}

function cellsOf({ cells = [] }: NotebookContent): Analysed {
  return cells.map(({ id, source }) => ({
    id: id ?? null,
    text: typeof source === 'string' ? source : source.join(''),
  }));
}
