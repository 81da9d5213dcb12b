/** Code points, as the server counts, and the units of a string in JavaScript. */

const HIGH_SURROGATE = /[\ud800-\udbff]/;

export function codePointsOf(text: string): number {
  return HIGH_SURROGATE.test(text) ? Array.from(text).length : text.length;
}

/** Where so many code points end; within the text. */
export function unitsOf(text: string, codePoints: number): number {
  if (!HIGH_SURROGATE.test(text)) {
    return Math.max(0, Math.min(codePoints, text.length));
  }
  return Array.from(text).slice(0, Math.max(0, codePoints)).join('').length;
}
