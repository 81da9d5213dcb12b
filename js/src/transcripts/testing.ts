/**
 * Golden transcripts: conversations written down once, replayed by pytest and by vitest.
 *
 * Ids, and keys that a client chooses, are placeholders (`"$a"`): the first time one is met it takes the
 * value that stands there, afterwards it stands for it. What doesn't matter is filled in from `defaults.json`.
 * See `tests/transcripts/reading.py`, which does the same.
 */

import { readFileSync } from 'node:fs';

export type Step = Record<string, unknown>;

export interface Transcript {
  title: string;
  rules: string[];
  /** What the client shows; none if left out. */
  token?: string;
  /** Whether the server in memory can do it, too. */
  fake?: boolean;
  steps: Step[];
}

type Json = Record<string, unknown>;

const DEFAULTS: Json = JSON.parse(readFileSync('../tests/transcripts/defaults.json', 'utf8'));

/** Fill in what a transcript leaves out of a server's frame. */
export function filled(frame: { type: string } & Json): Json {
  if (frame.type === 'event' || frame.type === 'state') {
    return { ...(DEFAULTS.carried as Json), ...frame };
  }
  const whole: Json = { ...(DEFAULTS[frame.type] as Json | undefined), ...frame };
  for (const list of ['events', 'states']) {
    if (Array.isArray(frame[list])) {
      whole[list] = frame[list].map((item: Json) => ({ ...(DEFAULTS.carried as Json), ...item }));
    }
  }
  return whole;
}

const isPlaceholder = (value: unknown): value is string =>
  typeof value === 'string' && value.startsWith('$');

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What has been found in the place of each `$name`. */
export class Placeholders {
  private readonly known: Map<string, unknown>;

  constructor(known: [string, unknown][] = []) {
    this.known = new Map(known);
  }

  putIn(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map(item => this.putIn(item));
    }
    if (isObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, this.putIn(v)]));
    }
    return isPlaceholder(value) ? this.known.get(value) : value;
  }

  /** Compare, and remember what stands in the place of a new placeholder. */
  match(expected: unknown, found: unknown): boolean {
    const news = new Map<string, unknown>();
    const matched = this.compare(expected, found, news);
    if (matched) {
      for (const [name, value] of news) {
        this.known.set(name, value);
      }
    }
    return matched;
  }

  private compare(expected: unknown, found: unknown, news: Map<string, unknown>): boolean {
    if (isPlaceholder(expected)) {
      const known = this.known.get(expected) ?? news.get(expected);
      if (known !== undefined) {
        return this.compare(known, found, news);
      }
      news.set(expected, found);
      return found !== undefined;
    }
    if (Array.isArray(expected) && Array.isArray(found)) {
      const isSame = (item: unknown, index: number) => this.compare(item, found[index], news);
      return expected.length === found.length && expected.every(isSame);
    }
    if (isObject(expected) && isObject(found)) {
      const names = Object.keys(expected);
      return (
        names.length === Object.keys(found).length &&
        names.every(name => name in found && this.compare(expected[name], found[name], news))
      );
    }
    return expected === found;
  }
}
