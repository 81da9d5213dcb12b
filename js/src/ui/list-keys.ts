/** Which row of a list a key leads to: the arrows, `j` and `k`, and the first and the last. */

export function neighbour(key: string, at: number, rows: readonly { id: string }[]): string | null {
  switch (key) {
    case 'j':
    case 'ArrowDown':
      return rows[at + 1]?.id ?? null;
    case 'k':
    case 'ArrowUp':
      return rows[at - 1]?.id ?? null;
    case 'Home':
      return rows[0]?.id ?? null;
    case 'End':
      return rows.at(-1)?.id ?? null;
    default:
      return null;
  }
}
