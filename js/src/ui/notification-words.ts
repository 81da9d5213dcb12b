/** Notifications in words. */

import type { Box, Done, Notification, Refusal, Verb } from '../core/notifications.js';
import type { Strings } from './translator.js';

export function boxName(box: Box, trans: Strings): string {
  switch (box) {
    case 'inbox':
      return trans.__('Inbox');
    case 'unread':
      return trans.__('Unread');
    case 'snoozed':
      return trans.__('Snoozed');
    case 'archived':
      return trans.__('Archived');
    case 'all':
      return trans.__('All');
  }
}

export function typeName(type: Notification['type'], trans: Strings): string {
  switch (type) {
    case 'info':
      return trans.__('Information');
    case 'success':
      return trans.__('Success');
    case 'warning':
      return trans.__('Warning');
    case 'error':
      return trans.__('Error');
  }
}

/** Who did it: "Ana", "Ana and Ben", "Ana and 2 others", "Your program"; empty where it was nobody. */
export function actorsText(
  { actors }: Pick<Notification, 'actors'>,
  me: string | null,
  trans: Strings,
): string {
  const nameOf = ({ name, display_name, kind }: Notification['actors'][number]) => {
    if (name === me) {
      return kind === 'program' ? trans.__('Your program') : trans.__('You');
    }
    const known = display_name || name;
    return kind === 'program' ? trans.__('%1’s program', known) : known;
  };
  const [first, second, ...others] = actors.filter(({ kind }) => kind !== 'system').map(nameOf);
  if (first === undefined) {
    return '';
  }
  if (second === undefined) {
    return first;
  }
  return others.length === 0
    ? trans.__('%1 and %2', first, second)
    : trans._n('%2 and %1 other', '%2 and %1 others', others.length + 1, first);
}

/** What stands in for the list where there is nothing. */
export function emptyText(box: Box, trans: Strings): { title: string; words: string } {
  switch (box) {
    case 'inbox':
      return {
        title: trans.__('Nothing in your inbox'),
        words: trans.__(
          'Analyses that end, grave issues, mentions and replies appear here, and what programs tell you with rt.notify("…").',
        ),
      };
    case 'unread':
      return {
        title: trans.__('All read'),
        words: trans.__('What is new appears here.'),
      };
    case 'snoozed':
      return {
        title: trans.__('Nothing is snoozed'),
        words: trans.__('What you snooze waits here, and comes back by itself.'),
      };
    case 'archived':
      return {
        title: trans.__('Nothing is archived'),
        words: trans.__(
          'What you archive stays here for a while; if it happens again, it comes back.',
        ),
      };
    case 'all':
      return {
        title: trans.__('Nothing yet'),
        words: trans.__('All that you are told is kept here for a while.'),
      };
  }
}

/** What was done, as a sentence beside *Undo*. */
export function doneText({ verb, count }: Pick<Done, 'verb' | 'count'>, trans: Strings): string {
  switch (verb) {
    case 'read':
      return trans._n('%1 notification read', '%1 notifications read', count);
    case 'unread':
      return trans._n('%1 notification unread again', '%1 notifications unread again', count);
    case 'archive':
      return trans._n('%1 notification archived', '%1 notifications archived', count);
    case 'restore':
      return trans._n('%1 notification back', '%1 notifications back', count);
    case 'snooze':
      return trans._n('%1 notification snoozed', '%1 notifications snoozed', count);
    case 'wake':
      return trans._n('%1 notification woken', '%1 notifications woken', count);
    case 'undo':
      return '';
  }
}

const NOT_DONE: Record<Verb, (trans: Strings) => string> = {
  read: trans => trans.__('Not marked as read'),
  unread: trans => trans.__('Not marked as unread'),
  archive: trans => trans.__('Not archived'),
  restore: trans => trans.__('Not brought back'),
  snooze: trans => trans.__('Not snoozed'),
  wake: trans => trans.__('Not woken'),
  undo: trans => trans.__('Not undone'),
};

export function refusedText({ verb }: Pick<Refusal, 'verb'>, why: string, trans: Strings): string {
  return trans.__('%1: %2', NOT_DONE[verb](trans), why);
}

export interface SnoozeChoice {
  words: string;
  until: Date;
}

const AN_HOUR_MS = 3_600_000;
const MORNING = 9;
const EVENING = 18;

/** Until when something may be away: those times that are still to come, by the reader's own clock. */
export function snoozeChoices(now: Date, trans: Strings): SnoozeChoice[] {
  const at = (days: number, hour: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const evening = at(0, EVENING);
  const time = (date: Date) =>
    new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(date);
  return [
    { words: trans.__('In 1 hour'), until: new Date(now.getTime() + AN_HOUR_MS) },
    ...(evening.getTime() - now.getTime() > AN_HOUR_MS
      ? [{ words: trans.__('This evening, %1', time(evening)), until: evening }]
      : []),
    { words: trans.__('Tomorrow, %1', time(at(1, MORNING))), until: at(1, MORNING) },
    ...(toMonday > 1
      ? [
          {
            words: trans.__('Monday, %1', time(at(toMonday, MORNING))),
            until: at(toMonday, MORNING),
          },
        ]
      : []),
  ];
}
