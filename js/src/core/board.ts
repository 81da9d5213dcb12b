/** A room's board as a page holds it: the latest value of each event and key. */

import type { StateEntry } from './protocol.js';

export class Board {
  private slots = new Map<string, StateEntry>();

  get entries(): StateEntry[] {
    return [...this.slots.values()];
  }

  get size(): number {
    return this.slots.size;
  }

  /** Hang up a value; null takes it down. */
  put(entry: StateEntry): void {
    if (entry.data === null) {
      this.slots.delete(slotOf(entry));
    } else {
      this.slots.set(slotOf(entry), entry);
    }
  }

  /** Take the whole board; returns what is different on it, those that are gone with null. */
  replace(entries: readonly StateEntry[]): StateEntry[] {
    const before = this.slots;
    this.slots = new Map(entries.map(entry => [slotOf(entry), entry]));
    const gone = [...before].filter(([slot]) => !this.slots.has(slot));
    const changed = [...this.slots].filter(([slot, entry]) => !isSame(before.get(slot), entry));
    return [
      ...gone.map(([, entry]) => ({ ...entry, data: null }) as StateEntry),
      ...changed.map(([, entry]) => entry),
    ];
  }
}

const slotOf = ({ event, key }: StateEntry): string => `${event}\u0000${key}`;

const isSame = (a: StateEntry | undefined, b: StateEntry): boolean =>
  a !== undefined && a.time === b.time && JSON.stringify(a.data) === JSON.stringify(b.data);
