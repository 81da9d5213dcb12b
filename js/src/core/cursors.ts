/**
 * Other people's cursors in one document, by cell, in the order in which they came. It is told of cells that
 * changed, and while there are few, as often as each of them may move twice.
 */

import { Board } from './board.js';
import type { Connection } from './connection.js';
import type { Actor, StateEntry } from './protocol.js';
import { Throttle } from './throttle.js';

export interface Cursor {
  /** Whose tab it is. */
  key: string;
  cell: CellId;
  user: Actor;
  /** Code points from the start of the cell's text. */
  anchor: number;
  head: number;
}

/** Which cell; null for a file, whose whole text is one. */
export type CellId = string | null;

const TELL_EVERY_MS = 50;
// In a crowd each is drawn less often, so that all of them take no more of the page's time.
const TELL_EVERY_MS_EACH = 2;

export class Cursors {
  private readonly board = new Board();
  private cells = new Map<CellId, Cursor[]>();
  private readonly telling = new Throttle<void>(
    () => Math.max(TELL_EVERY_MS, TELL_EVERY_MS_EACH * this.board.size),
    () => this.sort(),
  );
  private readonly leave: () => void;

  /**
   * `me`: whose cursors are not shown, in any tab. `onCell`: those of a cell are others now.
   */
  constructor(
    connection: Pick<Connection, 'subscribe'>,
    document: string,
    private readonly me: () => string | null,
    private readonly onCell: (cell: CellId, cursors: readonly Cursor[]) => void,
  ) {
    this.leave = connection.subscribe(`document:${document}`, {
      onBoard: states => {
        this.board.replace(states);
        this.telling.put();
      },
      onState: state => {
        this.board.put(state);
        this.telling.put();
      },
    });
  }

  of(cell: CellId): readonly Cursor[] {
    return this.cells.get(cell) ?? [];
  }

  close(): void {
    this.leave();
    this.board.replace([]);
    this.telling.put();
  }

  private sort(): void {
    const before = this.cells;
    const me = this.me();
    this.cells = new Map();
    for (const entry of this.board.entries) {
      const cursor = cursorOf(entry);
      if (cursor !== null && cursor.user.name !== me) {
        const others = this.cells.get(cursor.cell);
        if (others) {
          others.push(cursor);
        } else {
          this.cells.set(cursor.cell, [cursor]);
        }
      }
    }
    for (const cell of new Set([...before.keys(), ...this.cells.keys()])) {
      if (!isSame(before.get(cell) ?? [], this.of(cell))) {
        this.onCell(cell, this.of(cell));
      }
    }
  }
}

function cursorOf({ event, key, data, actor }: StateEntry): Cursor | null {
  if (event !== 'user:cursor' || data === null) {
    return null;
  }
  const { cell = null, anchor, head } = data;
  const isPlaced = typeof anchor === 'number' && typeof head === 'number';
  return isPlaced ? { key, cell, user: actor, anchor, head } : null;
}

const isSame = (a: readonly Cursor[], b: readonly Cursor[]): boolean =>
  a.length === b.length &&
  a.every((one, at) => {
    const other = b[at];
    return one.key === other?.key && one.anchor === other.anchor && one.head === other.head;
  });
