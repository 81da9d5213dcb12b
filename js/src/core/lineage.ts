/**
 * Which cells came from which, as a notebook tells by being changed.
 *
 * Nobody says "this was split": the cells before and after are compared. Texts are compared without their
 * white space, which splitting and merging change. What can't be told for sure is left out: threads are then
 * found by their text.
 */

export interface CellText {
  id: string;
  text: string;
}

export interface LineageChange {
  kind: 'split' | 'merge' | 'paste' | 'move' | 'duplicate';
  parents: string[];
  children: string[];
}

/** More pieces than these are no splitting by hand. */
const MAX_PIECES = 50;

/**
 * Compare the cells before and after one change.
 *
 * @param gone Cells that were cut earlier and may come back: by their text without white space.
 */
export function lineageOf(
  before: readonly CellText[],
  after: readonly CellText[],
  gone: ReadonlyMap<string, string> = new Map(),
): LineageChange[] {
  const old = new Map(before.map(cell => [cell.id, cell]));
  const now = new Set(after.map(({ id }) => id));
  const removed = before.filter(({ id }) => !now.has(id));
  const added = after.filter(({ id }) => !old.has(id));
  if (added.length === 0 && removed.length === 0) {
    return [];
  }
  const told = new Set<string>();
  const changes: LineageChange[] = [
    ...splits(before, after, old, told),
    ...merges(before, after, old, now, told),
  ];
  for (const cell of added) {
    const text = bare(cell.text);
    if (told.has(cell.id) || text === '') {
      continue;
    }
    const moved = removed.find(one => !told.has(one.id) && bare(one.text) === text);
    const twin = moved ? undefined : before.find(one => now.has(one.id) && bare(one.text) === text);
    const parent = moved?.id ?? gone.get(text) ?? twin?.id;
    if (parent === undefined || parent === cell.id) {
      continue;
    }
    const kind = moved ? 'move' : gone.get(text) === parent ? 'paste' : 'duplicate';
    changes.push({ kind, parents: [parent], children: [cell.id] });
    told.add(cell.id);
    if (moved) {
      told.add(moved.id);
    }
  }
  return changes;
}

/** One cell has become several that stand together and have its text. */
function splits(
  before: readonly CellText[],
  after: readonly CellText[],
  old: ReadonlyMap<string, CellText>,
  told: Set<string>,
): LineageChange[] {
  const afterIds = new Set(after.map(({ id }) => id));
  const changes: LineageChange[] = [];
  for (const run of runsWithNew(after, old)) {
    // A neighbour that is empty is a new cell, and no piece of anything.
    if (run.length < 2 || run.some(({ id, text }) => told.has(id) || bare(text) === '')) {
      continue;
    }
    const ids = new Set(run.map(({ id }) => id));
    const parent = before.find(
      one =>
        !told.has(one.id) &&
        (ids.has(one.id) || !afterIds.has(one.id)) &&
        bare(one.text) === joined(run),
    );
    if (parent) {
      changes.push({ kind: 'split', parents: [parent.id], children: [...ids] });
      for (const id of [...ids, parent.id]) {
        told.add(id);
      }
    }
  }
  return changes;
}

/** Runs of cells that are new, each also with the neighbour that may have kept the id. */
function* runsWithNew(
  after: readonly CellText[],
  old: ReadonlyMap<string, CellText>,
): Generator<CellText[]> {
  let at = 0;
  while (at < after.length) {
    let end = at;
    while (end < after.length && !old.has(after[end]?.id ?? '')) {
      end += 1;
    }
    if (end > at && end - at <= MAX_PIECES) {
      // The last piece keeps the id since JupyterLab 4.4.6, the first one before.
      yield after.slice(at, end + 1);
      yield after.slice(Math.max(0, at - 1), end);
      yield after.slice(at, end);
    }
    at = end + 1;
  }
}

/** Several cells that stood together have become one that has their text. */
function merges(
  before: readonly CellText[],
  after: readonly CellText[],
  old: ReadonlyMap<string, CellText>,
  now: ReadonlySet<string>,
  told: Set<string>,
): LineageChange[] {
  const changes: LineageChange[] = [];
  for (const cell of after) {
    const text = bare(cell.text);
    const was = old.get(cell.id);
    if (told.has(cell.id) || text === '' || (was && bare(was.text) === text)) {
      continue;
    }
    for (let at = 0; at < before.length; at += 1) {
      const parts = partsOf(before, at, text, id => id === cell.id || !now.has(id));
      if (parts.length > 1) {
        const parents = parts.map(({ id }) => id);
        changes.push({ kind: 'merge', parents, children: [cell.id] });
        for (const id of [...parents, cell.id]) {
          told.add(id);
        }
        break;
      }
    }
  }
  return changes;
}

/** The cells from one on whose texts together are this one; none, if they aren't. */
function partsOf(
  before: readonly CellText[],
  from: number,
  text: string,
  isFree: (id: string) => boolean,
): CellText[] {
  let rest = text;
  const parts: CellText[] = [];
  for (const cell of before.slice(from, from + MAX_PIECES)) {
    const part = bare(cell.text);
    if (!isFree(cell.id) || !rest.startsWith(part)) {
      return [];
    }
    parts.push(cell);
    rest = rest.slice(part.length);
    if (rest === '') {
      return parts;
    }
  }
  return [];
}

export const bare = (text: string): string => text.replace(/\s+/g, '');

const joined = (cells: readonly CellText[]): string => cells.map(({ text }) => bare(text)).join('');
