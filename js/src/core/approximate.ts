/**
 * How far two texts are apart, and where in a text something like another one stands.
 *
 * As `core/anchors/approximate.py`: Myers' bit-parallel algorithm, a column of the edit matrix in two integers.
 * Texts are lists of code points, so that places are counted as the server counts them.
 */

export type Points = readonly string[];

/** How many edits the pattern is away from what ends at each place; one number for each length of text. */
export function distances(pattern: Points, text: Points, anchored: boolean): number[] {
  if (pattern.length === 0) {
    return Array.from({ length: text.length + 1 }, (_, index) => (anchored ? index : 0));
  }
  const positions = new Map<string, bigint>();
  pattern.forEach((point, index) => {
    positions.set(point, (positions.get(point) ?? 0n) | (1n << BigInt(index)));
  });
  const everything = (1n << BigInt(pattern.length)) - 1n;
  const last = 1n << BigInt(pattern.length - 1);
  const carried = anchored ? 1n : 0n;
  // Which vertical steps of the column go up by one, which go down.
  let up = everything;
  let down = 0n;
  let distance = pattern.length;
  const found = [distance];
  for (const point of text) {
    const equal = positions.get(point) ?? 0n;
    const diagonal = (((equal & up) + up) ^ up) | equal;
    let rightUp = down | (everything & ~(diagonal | up));
    let rightDown = up & diagonal;
    if (rightUp & last) {
      distance += 1;
    } else if (rightDown & last) {
      distance -= 1;
    }
    rightUp = (rightUp << 1n) | carried;
    rightDown <<= 1n;
    const vertical = equal | down;
    up = (rightDown | ~(vertical | rightUp)) & everything;
    down = rightUp & vertical & everything;
    found.push(distance);
  }
  return found;
}

/** How alike two texts are: 1 are equal, 0 have nothing in common. */
export function similarity(one: Points, other: Points): number {
  if (isEqual(one, other)) {
    return 1;
  }
  const edits = distances(one, other, true).at(-1) as number;
  return 1 - edits / Math.max(one.length, other.length);
}

/** How alike something is to the beginning of a text, as much of it as fits best. */
export function similarityOfStart(known: Points, text: Points): number {
  if (startsWith(text, known, 0)) {
    return 1;
  }
  return Math.max(0, 1 - least(distances(known, text, true)) / known.length);
}

/** Where in a text something like the pattern ends, the best first. */
export function bestEnds(
  pattern: Points,
  text: Points,
  maxDistance: number,
  limit: number,
): number[] {
  const found = distances(pattern, text, false);
  const valleys = found
    .map((distance, end) => ({ distance, end }))
    .filter(
      ({ distance, end }) =>
        distance <= maxDistance &&
        (end === 0 || (found[end - 1] as number) > distance) &&
        (end + 1 === found.length || (found[end + 1] as number) >= distance),
    )
    .sort((a, b) => a.distance - b.distance || a.end - b.end);
  const chosen: number[] = [];
  for (const { end } of valleys) {
    // Neighbouring ends have the same match behind them.
    if (chosen.every(other => Math.abs(end - other) > Math.floor(pattern.length / 2))) {
      chosen.push(end);
      if (chosen.length === limit) {
        break;
      }
    }
  }
  return chosen;
}

/** Where the match begins that ends here. */
export function startOf(pattern: Points, text: Points, end: number): number {
  const reach = text.slice(Math.max(0, end - 2 * pattern.length), end).reverse();
  const backwards = distances([...pattern].reverse(), reach, true);
  return end - backwards.indexOf(least(backwards));
}

/** Every place at which exactly this stands. */
export function occurrences(wanted: Points, text: Points): number[] {
  const found: number[] = [];
  let from = text.indexOf(wanted[0] as string);
  while (from !== -1) {
    if (startsWith(text, wanted, from)) {
      found.push(from);
    }
    from = text.indexOf(wanted[0] as string, from + 1);
  }
  return found;
}

export function startsWith(text: Points, wanted: Points, at: number): boolean {
  return at + wanted.length <= text.length && wanted.every((one, i) => text[at + i] === one);
}

function isEqual(one: Points, other: Points): boolean {
  return one.length === other.length && startsWith(one, other, 0);
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => Math.min(one, other));
}
