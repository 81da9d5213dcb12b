/** Messages of engines: what they put between backticks is code. */

import type { ReactNode } from 'react';

// Each second piece stood between two of them; a last one alone stays as it is.
export const piecesOf = (message: string): string[] => message.split(/`([^`\n]+)`/);

export function withCode(message: string): ReactNode[] {
  return piecesOf(message).map((piece, at) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text have no other name.
    at % 2 === 1 ? <code key={at}>{piece}</code> : piece,
  );
}

/** The same to be listened to: without marks, and without the point at its end. */
export const spoken = (message: string): string => piecesOf(message).join('').replace(/\.$/, '');
