/** Mentions while they are written: what stands before the caret, and who is meant. */

export interface Mention {
  /** Where the `@` stands. */
  from: number;
  query: string;
}

/** What of a mention stands before the caret; null: nobody is being mentioned. */
export function mentionBefore(text: string, caret: number): Mention | null {
  const found = /(?:^|[\s([{,;:>"'])@([\p{L}\p{N}._@+-]{0,64})$/u.exec(text.slice(0, caret));
  if (!found) {
    return null;
  }
  const query = found[1] ?? '';
  return { from: caret - query.length - 1, query };
}

/** The text with somebody's name in place of what was written of it, and where the caret is then. */
export function withMention(
  text: string,
  caret: number,
  { from }: Mention,
  name: string,
): { text: string; caret: number } {
  const rest = text.slice(caret);
  const gap = rest.startsWith(' ') ? '' : ' ';
  const before = `${text.slice(0, from)}@${written(name)}${gap}`;
  return { text: before + rest, caret: before.length + (gap === '' ? 1 : 0) };
}

/** Names with other characters stand in brackets. */
const written = (name: string): string =>
  /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.+@-]*[\p{L}\p{N}_])?$/u.test(name) ? name : `[${name}]`;
