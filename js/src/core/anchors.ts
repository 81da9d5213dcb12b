/**
 * How a mark finds its code again when the text of an editor was exchanged: by a formatter, by a revert, by
 * a colleague's version.
 *
 * The server's rules (`core/anchors`) for one cell of which only the text is known; both languages are held to
 * the same vectors (`tests/vectors/anchors.json`). While somebody types, CodeMirror maps the mark; this is
 * for what it can't map, because the text that the mark stood at was taken away.
 */

import {
  bestEnds,
  occurrences,
  type Points,
  similarity,
  similarityOfStart,
  startOf,
  startsWith,
} from './approximate.js';
import { codePointsOf, unitsOf } from './code-points.js';
import type { Anchor } from './protocol.js';

const CONTEXT = 128;
const MAX_QUOTE = 4000;
const [QUOTE_WEIGHT, CONTEXT_WEIGHT, POSITION_WEIGHT] = [50, 20, 2];
const ALL_WEIGHTS = QUOTE_WEIGHT + 2 * CONTEXT_WEIGHT + POSITION_WEIGHT;
const [EXACT, MOVED, SUGGESTED] = [0.9, 0.75, 0.6];
// By how much a place must lead, if it is as sure as can be and if it isn't.
const [MARGIN, LEAD] = [0.02, 0.1];
const UNKNOWN = 0.5;
const REACH = 1.5 * CONTEXT;
const NEAR = 32;
const DIFFERENT = 0.4;
const MAX_ERRORS = 0.5;
const PLACES = 3;
const MAX_OCCURRENCES = 32;
const [MIN_NEIGHBOUR, MAX_NEIGHBOURS] = [8, 3];

/** What some code is known by. `start` and `end` are code points, as everywhere between us and the server. */
export interface KnownCode {
  start: number;
  end: number;
  quote: Points;
  prefix: Points;
  suffix: Points;
}

/** Where it is; `start` and `end` are null where that isn't sure enough. */
export interface FoundCode {
  status: Anchor['status'];
  score: number;
  start: number | null;
  end: number | null;
}

interface Place {
  start: number;
  end: number;
  score: number;
}

/** Take down what some code is known by; the range is one of code points. */
export function knownCode(text: string, start: number, end: number): KnownCode {
  return knownRange(text, unitsOf(text, start), unitsOf(text, end));
}

/** As `knownCode`, of a range in units of a string of JavaScript. */
export function knownRange(text: string, from: number, to: number): KnownCode {
  const quote = Array.from(text.slice(from, to));
  const start = codePointsOf(text.slice(0, from));
  // A code point has two units at most.
  const around = 2 * CONTEXT;
  return {
    start,
    end: start + quote.length,
    quote: quote.slice(0, MAX_QUOTE),
    prefix: Array.from(text.slice(Math.max(0, from - around), from)).slice(-CONTEXT),
    suffix: Array.from(text.slice(to, to + around)).slice(0, CONTEXT),
  };
}

/** Tell where some code is in the text that is there now. */
export function findCode(code: KnownCode, text: string): FoundCode {
  if (code.quote.length === 0) {
    return nowhere('orphaned', 0);
  }
  const ranked = new Search(code, Array.from(text)).ranked();
  const [best, second] = ranked;
  if (best === undefined || best.score < SUGGESTED) {
    return nowhere('orphaned', best?.score ?? 0);
  }
  if (best.score - (second?.score ?? 0) < (best.score >= EXACT ? MARGIN : LEAD)) {
    return nowhere('ambiguous', best.score);
  }
  if (best.score < MOVED) {
    return nowhere('outdated', best.score);
  }
  return { ...best, status: best.score >= EXACT ? 'exact' : 'moved' };
}

/** As `findCode`, in units of a string of JavaScript; null where it isn't sure enough. */
export function findRange(code: KnownCode, text: string): { from: number; to: number } | null {
  const { start, end } = findCode(code, text);
  return start === null || end === null
    ? null
    : { from: unitsOf(text, start), to: unitsOf(text, end) };
}

const nowhere = (status: Anchor['status'], score: number): FoundCode => ({
  ...{ status, score, start: null, end: null },
});

/** Looks for some code in the text of its cell. */
class Search {
  private readonly scored = new Map<string, Place>();
  private readonly backwards: Points;
  /** The quote is cut where the code was very long: then what is found is as long as the code was. */
  private readonly cut: number;

  constructor(
    private readonly code: KnownCode,
    private readonly text: Points,
  ) {
    this.backwards = [...code.prefix].reverse();
    this.cut = code.end - code.start - code.quote.length;
  }

  ranked(): Place[] {
    const { start, quote } = this.code;
    if (startsWith(this.text, quote, start)) {
      const unmoved = this.place(start, start + quote.length);
      if (unmoved.score >= EXACT) {
        return [unmoved];
      }
    }
    const equal = distinct(this.equal());
    if (equal[0] !== undefined && equal[0].score >= EXACT) {
      return equal;
    }
    return distinct([...equal, ...this.besideNeighbours(), ...this.similar()]);
  }

  private equal(): Place[] {
    const { quote } = this.code;
    let found = occurrences(quote, this.text);
    if (found.length > MAX_OCCURRENCES) {
      const likeliness = (at: number) => this.common(at) + this.nearness(at) / 2;
      found = found.sort((a, b) => likeliness(b) - likeliness(a)).slice(0, MAX_OCCURRENCES);
    }
    return found.map(at => this.place(at, at + quote.length));
  }

  private similar(): Place[] {
    const { quote } = this.code;
    const ends = bestEnds(quote, this.text, Math.floor(quote.length * MAX_ERRORS), PLACES);
    return ends.map(end => this.inLines(startOf(quote, this.text, end), end));
  }

  /** What stands right after that which stood before the code, or right before that which stood after it. */
  private besideNeighbours(): Place[] {
    const { prefix, suffix, quote } = this.code;
    const before = prefix.slice(-NEAR);
    const after = suffix.slice(0, NEAR);
    const ranges = [
      ...this.some(before).map(at => at + before.length),
      ...this.some(after).map(at => at - quote.length),
    ].map(start => [Math.max(0, start), Math.min(start + quote.length, this.text.length)] as const);
    return ranges.filter(([start, end]) => start < end).map(range => this.inLines(...range));
  }

  private some(neighbour: Points): number[] {
    const isSomething = neighbour.join('').trim().length >= MIN_NEIGHBOUR;
    return isSomething ? occurrences(neighbour, this.text).slice(0, MAX_NEIGHBOURS) : [];
  }

  private place(start: number, until: number): Place {
    const end = Math.min(until + this.cut, this.text.length);
    const key = `${start} ${end}`;
    const place = this.scored.get(key) ?? { start, end, score: this.score(start, end) };
    this.scored.set(key, place);
    return place;
  }

  private score(start: number, end: number): number {
    const quote = similarity(this.code.quote, this.text.slice(start, end - this.cut));
    const around = this.before(start) + this.after(end);
    const sum =
      QUOTE_WEIGHT * quote + CONTEXT_WEIGHT * around + POSITION_WEIGHT * this.nearness(start);
    return sum / ALL_WEIGHTS;
  }

  private before(start: number): number {
    if (this.backwards.length === 0) {
      return start === 0 ? 1 : UNKNOWN;
    }
    return alike(this.backwards, this.text.slice(Math.max(0, start - REACH), start).reverse());
  }

  private after(end: number): number {
    const { suffix } = this.code;
    if (suffix.length === 0) {
      return end === this.text.length ? 1 : UNKNOWN;
    }
    return alike(suffix, this.text.slice(end, end + REACH));
  }

  private nearness(start: number): number {
    return 1 / (1 + Math.abs(start - this.code.start) / CONTEXT);
  }

  /** How much around an occurrence is as it was, without a look at what isn't. */
  private common(start: number): number {
    const end = start + this.code.quote.length;
    const before = this.text.slice(Math.max(0, start - CONTEXT), start).reverse();
    return (
      commonStart(this.backwards, before) +
      commonStart(this.code.suffix, this.text.slice(end, end + CONTEXT))
    );
  }

  /** Move the ends of a place to those of lines, where the code was whole lines. */
  private inLines(start: number, end: number): Place {
    const { prefix, suffix, quote } = this.code;
    const startsLine = prefix.slice(prefix.lastIndexOf('\n') + 1).every(isSpace);
    const lineEnd = suffix.indexOf('\n');
    const endsLine = (lineEnd < 0 ? suffix : suffix.slice(0, lineEnd)).every(isSpace);
    const starts = startsLine ? this.lineStarts(start, end) : [start];
    const ends = endsLine ? this.lineEnds(start, end) : [end];
    const ranges = starts.flatMap(one =>
      ends.filter(other => one < other).map(other => [one, other] as const),
    );
    const [first = [start, end] as const, ...others] = ranges;
    if (others.length === 0) {
      return this.place(...first);
    }
    const likeness = (range: readonly [number, number]) =>
      similarity(quote, this.text.slice(...range));
    const best = others.reduce(
      (chosen, range) => {
        const found = likeness(range);
        return found > chosen.found ? { range, found } : chosen;
      },
      { range: first, found: likeness(first) },
    );
    return this.place(...best.range);
  }

  /** Where the line begins in which a place begins, and the next one, after their indentation. */
  private lineStarts(start: number, end: number): number[] {
    const before = start === 0 ? 0 : this.text.lastIndexOf('\n', start - 1) + 1;
    const next = this.text.indexOf('\n', start) + 1;
    const found = next === 0 || next > end ? [before] : [before, next];
    return found.map(one => {
      let at = one;
      while (at < end && (this.text[at] === ' ' || this.text[at] === '\t')) {
        at += 1;
      }
      return at;
    });
  }

  /** Where the line ends in which a place ends, and the one before it. */
  private lineEnds(start: number, end: number): number[] {
    const here = this.text.indexOf('\n', end);
    const before = end === 0 ? -1 : this.text.lastIndexOf('\n', end - 1);
    const found = [here < 0 ? this.text.length : here];
    return before < start ? found : [...found, before];
  }
}

/** How alike two contexts are, both from the code outwards; what is next to the code counts twice. */
function alike(context: Points, there: Points): number {
  if (startsWith(there, context, 0)) {
    return 1;
  }
  const near = similarityOfStart(context.slice(0, NEAR), there.slice(0, 2 * NEAR));
  return near < DIFFERENT ? near / 2 : (similarityOfStart(context, there) + near) / 2;
}

function commonStart(one: Points, other: Points): number {
  const differs = one.findIndex((point, index) => point !== other[index]);
  return differs < 0 ? one.length : differs;
}

const isSpace = (point: string): boolean => point.trim() === '';

/** Rank places, of those that overlap only the best. */
function distinct(places: readonly Place[]): Place[] {
  const chosen: Place[] = [];
  const ranked = [...places].sort(
    (a, b) => b.score - a.score || a.start - b.start || a.end - b.end,
  );
  for (const place of ranked) {
    if (chosen.every(other => place.start >= other.end || other.start >= place.end)) {
      chosen.push(place);
    }
  }
  return chosen;
}
