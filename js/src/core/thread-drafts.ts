/** What stands in a thread, or begins one, until the server has it. */

import type { Actor, Anchor, Comment } from './protocol.js';
import type { OwnThread } from './thread-rows.js';

/** Where a thread begins: offsets count code points; null: the whole cell, or the whole document. */
export interface Place {
  document: string;
  cell_id: string | null;
  cell_index: number | null;
  /** The text of the cell, or of the file. */
  source: string;
  start: number | null;
  end: number | null;
}

const PENDING = 'pending:';

/** The name of what the server has not named yet. */
export const pendingId = (key: string): string => PENDING + key;

/** Whether the server has not given it a name yet. */
export const isPending = (id: string): boolean => id.startsWith(PENDING);

export function draftComment(id: string, body: string, author: Actor): Comment {
  const created_at = new Date().toISOString();
  return {
    ...{ id, author, body, html: '', created_at, edited_at: null },
    ...{ deleted: false, reactions: [], mentions: [] },
  };
}

export function draftThread(
  id: string,
  project: string,
  { document, ...where }: Place,
  comment: Comment,
  issue: string | null,
): OwnThread {
  const { cell_id, cell_index, start, end } = where;
  const scope = start === null ? (cell_id === null ? 'document' : 'cell') : 'range';
  const quote = scope === 'document' ? '' : quoteOf(where);
  const anchor: Anchor = {
    ...{ status: 'exact', score: 1, scope, cell_id, cell_index, start, end, quote },
    original: quote,
  };
  const { created_at } = comment;
  return {
    ...{ id, project, document, path: '', state: 'open', anchor, comments: [comment], issue },
    ...{ resolved: null, created_at, updated_at: created_at },
    ...{ unread: 0, subscription: 'participating' },
  };
}

/** The code at a place. */
export function quoteOf({ source, start, end }: Pick<Place, 'source' | 'start' | 'end'>): string {
  return start === null || end === null ? source : Array.from(source).slice(start, end).join('');
}
