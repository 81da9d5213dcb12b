/** Threads in words: where they stand, how sure that is, and what could not be done. */

import { hasLostPlace, type OwnThread } from '../core/thread-rows.js';
import type { ThreadFilter, ThreadVerb } from '../core/threads.js';
import type { Strings } from './translator.js';

type Status = OwnThread['anchor']['status'];

/** Where a thread stands, shortly: `Cell 3`. */
export function placeText({ anchor, path }: OwnThread, trans: Strings): string {
  if (anchor.scope === 'document') {
    return path.endsWith('.ipynb') ? trans.__('The whole notebook') : trans.__('The whole file');
  }
  if (anchor.status === 'orphaned') {
    return trans.__('No place');
  }
  // People count from one.
  return anchor.cell_index === null ? trans.__('In the file') : cellText(anchor.cell_index, trans);
}

export const cellText = (index: number, trans: Strings): string => trans.__('Cell %1', index + 1);

/** One word for how sure the place is; empty where nothing is to be said. */
export function statusName(status: Status, trans: Strings): string {
  switch (status) {
    case 'exact':
      return '';
    case 'moved':
      return trans.__('Moved');
    case 'outdated':
      return trans.__('Outdated');
    case 'ambiguous':
      return trans.__('Ambiguous');
    case 'orphaned':
      return trans.__('Code gone');
  }
}

/** What became of the code, in a sentence. */
export function statusText({ anchor }: OwnThread, trans: Strings): string {
  switch (anchor.status) {
    case 'exact':
      return '';
    case 'moved':
      return trans.__('The code has changed a little, or stands elsewhere now.');
    case 'outdated':
      return trans.__('The code has changed so much that its place is only a guess.');
    case 'ambiguous':
      return trans.__('The same code stands in several places.');
    case 'orphaned':
      return trans.__('This code is not in the file any more.');
  }
}

/** Whether the code that a thread is about reads differently now. */
export function hasChanged({ anchor }: OwnThread): boolean {
  return anchor.scope === 'range' && anchor.quote !== anchor.original && !hasLostPlace({ anchor });
}

export function filterName(filter: ThreadFilter, trans: Strings): string {
  switch (filter) {
    case 'open':
      return trans.__('Open');
    case 'resolved':
      return trans.__('Resolved');
    case 'mine':
      return trans.__('Mine');
    case 'mentions':
      return trans.__('Mentions me');
    case 'unread':
      return trans.__('Unread');
    case 'orphaned':
      return trans.__('Lost code');
  }
}

/** What a filter that lets nothing through says. */
export function emptyText(filter: ThreadFilter, trans: Strings): string {
  switch (filter) {
    case 'open':
      return trans.__('No open threads');
    case 'resolved':
      return trans.__('Nothing is resolved yet');
    case 'mine':
      return trans.__('You have not commented here');
    case 'mentions':
      return trans.__('Nobody mentions you here');
    case 'unread':
      return trans.__('You have read everything');
    case 'orphaned':
      return trans.__('All threads know their code');
  }
}

export function refusedText(verb: ThreadVerb, reason: string, trans: Strings): string {
  switch (verb) {
    case 'resolve':
      return trans.__('Not resolved: %1', reason);
    case 'reopen':
      return trans.__('Not reopened: %1', reason);
    case 'react':
      return trans.__('Your reaction was not kept: %1', reason);
    case 'delete':
      return trans.__('Not deleted: %1', reason);
    case 'undelete':
      return trans.__('Not brought back: %1', reason);
    case 'subscribe':
      return trans.__('Not changed: %1', reason);
    case 'place':
      return trans.__('Not placed: %1', reason);
  }
}

/** Of a body, what fits into one line. */
export function firstLine(body: string): string {
  const lines = body.split('\n').map(line => line.trim());
  return lines.find(line => line !== '' && !line.startsWith('```')) ?? '';
}
