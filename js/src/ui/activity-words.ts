/** What somebody has done, in a sentence. */

import type { ActivityItem, ActivityKind } from '../core/activity.js';
import type { Strings } from './translator.js';

export const ACTIVITY_KINDS: readonly ActivityKind[] = [
  'file',
  'kernel',
  'comment',
  'analysis',
  'issue',
  'member',
  'announcement',
];

export function kindName(kind: ActivityKind, trans: Strings): string {
  switch (kind) {
    case 'file':
      return trans.__('Files');
    case 'kernel':
      return trans.__('Kernels');
    case 'comment':
      return trans.__('Comments');
    case 'analysis':
      return trans.__('Analyses');
    case 'issue':
      return trans.__('Issues');
    case 'member':
      return trans.__('Members');
    case 'announcement':
      return trans.__('Announcements');
  }
}

/** What stands where in a sentence. */
export type Part = 'actor' | 'object' | 'target';

/** Signs that stand for parts while a sentence is made; no text has them. */
const SIGNS: Record<Part, string> = { actor: '\ue000', object: '\ue001', target: '\ue002' };
const BY_SIGN = new Map(Object.entries(SIGNS).map(([part, sign]) => [sign, part as Part]));

export type Piece = string | { part: Part; words: string };

/** A sentence in pieces, so that names can be drawn otherwise; in any language's order. */
export function sentence(item: ActivityItem, trans: Strings): Piece[] {
  const words: Record<Part, string> = {
    actor: actorName(item, trans),
    object: nameOf(item.object),
    target: item.target ? nameOf(item.target) : '',
  };
  return said(item, trans)
    .split(/([\ue000-\ue002])/)
    .filter(piece => piece !== '')
    .map(piece => {
      const part = BY_SIGN.get(piece);
      return part === undefined ? piece : { part, words: words[part] };
    });
}

export const plain = (pieces: readonly Piece[]): string =>
  pieces.map(piece => (typeof piece === 'string' ? piece : piece.words)).join('');

function actorName({ actor }: ActivityItem, trans: Strings): string {
  return actor.kind === 'program'
    ? trans.__('%1 (program)', actor.display_name)
    : actor.display_name;
}

const nameOf = ({ name, path }: { name: string; path?: string | null }): string =>
  name === '' ? (path ?? '–') : name;

function said(item: ActivityItem, trans: Strings): string {
  switch (item.kind) {
    case 'file':
      return file(item, trans);
    case 'kernel':
      return kernel(item, trans);
    case 'comment':
      return comment(item, trans);
    case 'analysis':
      return analysis(item, trans);
    case 'issue':
      return issue(item, trans);
    case 'member':
      return member(item, trans);
    case 'announcement':
      return trans.__('%1 announced “%2”', SIGNS.actor, SIGNS.object);
    default:
      return other(item);
  }
}

/** A newer server may tell of what this page has no words for. */
const other = ({ verb }: ActivityItem): string => `${SIGNS.actor} ${verb} ${SIGNS.object}`;

function file(item: ActivityItem, trans: Strings): string {
  const { verb, target, count } = item;
  const [actor, object] = [SIGNS.actor, SIGNS.object];
  switch (verb) {
    case 'saved':
      return trans._n('%2 saved %3', '%2 saved %3 %1 times', count, actor, object);
    case 'created':
      return trans.__('%1 created %2', actor, object);
    case 'deleted':
      return trans.__('%1 deleted %2', actor, object);
    case 'renamed':
      return target
        ? trans.__('%1 renamed %3 to %2', actor, object, SIGNS.target)
        : trans.__('%1 renamed %2', actor, object);
    default:
      return other(item);
  }
}

function kernel({ target, count }: ActivityItem, trans: Strings): string {
  const { actor, target: where } = SIGNS;
  return target
    ? trans._n('%2 started a kernel for %3', '%2 started %1 kernels for %3', count, actor, where)
    : trans._n('%2 started a kernel', '%2 started %1 kernels', count, actor);
}

function comment(item: ActivityItem, trans: Strings): string {
  const { verb, count } = item;
  const { actor, target } = SIGNS;
  switch (verb) {
    case 'commented':
      return trans._n('%2 commented on %3', '%2 wrote %1 comments in %3', count, actor, target);
    case 'replied':
      return trans._n('%2 replied in %3', '%2 wrote %1 replies in %3', count, actor, target);
    case 'edited':
      return trans._n(
        '%2 edited a comment in %3',
        '%2 edited %1 comments in %3',
        count,
        actor,
        target,
      );
    case 'deleted':
      return trans._n(
        '%2 deleted a comment in %3',
        '%2 deleted %1 comments in %3',
        count,
        actor,
        target,
      );
    case 'reacted':
      return trans._n(
        '%2 reacted to a comment in %3',
        '%2 reacted to comments in %3 (%1)',
        count,
        actor,
        target,
      );
    case 'resolved':
      return trans._n(
        '%2 resolved a thread in %3',
        '%2 resolved %1 threads in %3',
        count,
        actor,
        target,
      );
    case 'reopened':
      return trans._n(
        '%2 reopened a thread in %3',
        '%2 reopened %1 threads in %3',
        count,
        actor,
        target,
      );
    default:
      return other(item);
  }
}

function analysis(item: ActivityItem, trans: Strings): string {
  const { verb, count } = item;
  const { actor, object } = SIGNS;
  switch (verb) {
    case 'started':
      return trans._n(
        '%2 is analysing %3',
        '%2 is analysing %3, and %1 analyses in all',
        count,
        actor,
        object,
      );
    case 'completed':
      return trans._n('%2 analysed %3', '%2 ran %1 analyses, of %3 last', count, actor, object);
    case 'failed':
      return trans._n(
        '%2’s analysis of %3 failed',
        '%1 analyses of %2’s failed, of %3 last',
        count,
        actor,
        object,
      );
    case 'cancelled':
      return trans._n(
        '%2 cancelled the analysis of %3',
        '%2 cancelled %1 analyses, of %3 last',
        count,
        actor,
        object,
      );
    default:
      return other(item);
  }
}

function issue(item: ActivityItem, trans: Strings): string {
  const { verb, count, object: thing } = item;
  const { actor, object, target } = SIGNS;
  if (thing.kind === 'baseline') {
    return verb === 'removed'
      ? trans.__('%1 removed the baseline “%2”', actor, object)
      : trans.__('%1 set the baseline “%2”', actor, object);
  }
  switch (verb) {
    case 'dismissed':
      return trans._n(
        '%2 dismissed an issue in %3',
        '%2 dismissed %1 issues in %3',
        count,
        actor,
        target,
      );
    case 'restored':
      return trans._n(
        '%2 took back the dismissal of an issue in %3',
        '%2 took back the dismissal of %1 issues in %3',
        count,
        actor,
        target,
      );
    default:
      return other(item);
  }
}

function member(item: ActivityItem, trans: Strings): string {
  const { verb, count } = item;
  const { actor, object, target } = SIGNS;
  if (verb === 'removed') {
    return trans._n('%2 removed %3', '%2 removed %1 members, %3 last', count, actor, object);
  }
  return trans._n(
    '%2 gave %3 the role “%4”',
    '%2 changed the roles of %1 members, of %3 last',
    count,
    actor,
    object,
    target,
  );
}
