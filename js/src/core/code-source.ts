/** The code of a notebook or a file, as Jupyter's own contents say it: for views that show it themselves. */

import type { TextRange } from './anchor-place.js';

export interface CodeCell {
  /** Null for the text of a file, and in old notebooks. */
  id: string | null;
  kind: 'code' | 'markdown' | 'raw' | 'file';
  text: string;
}

interface Contents {
  type: string;
  content: unknown;
}

interface NotebookJson {
  cells?: { id?: string; cell_type?: string; source?: string | string[] }[];
}

export function cellsOf({ type, content }: Contents): CodeCell[] {
  if (type !== 'notebook') {
    return [{ id: null, kind: 'file', text: typeof content === 'string' ? content : '' }];
  }
  return ((content as NotebookJson).cells ?? []).map(({ id, cell_type, source = '' }) => ({
    id: id ?? null,
    kind: cell_type === 'markdown' || cell_type === 'raw' ? cell_type : 'code',
    text: Array.isArray(source) ? source.join('') : source,
  }));
}

/** Read a document from the server that has made this page. */
export async function readCode(base: string, path: string): Promise<CodeCell[]> {
  const at = path.split('/').map(encodeURIComponent).join('/');
  const answer = await fetch(new URL(`api/contents/${at}?content=1`, base), {
    credentials: 'same-origin',
    cache: 'no-store',
    headers: { Accept: 'application/json' },
  });
  if (!answer.ok) {
    throw new Error(`The server answered ${answer.status} for ${path}.`);
  }
  return cellsOf((await answer.json()) as Contents);
}

/** In which line, from 0, a range ends. */
export function lastLineOf(text: string, { from, to }: TextRange): number {
  // A range that ends with its line does not reach into the next one.
  const end = to > from && text[to - 1] === '\n' ? to - 1 : to;
  return text.slice(0, end).split('\n').length - 1;
}
