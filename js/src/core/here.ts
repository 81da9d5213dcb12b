/**
 * What this page tells of its person: where they are, whether they are at it, where their cursor stands.
 *
 * Rules
 * 1. Who does nothing for five minutes is away; the next input brings them back at once.
 * 2. It is told in the project in which they are, and nowhere else: whoever goes to another one is taken
 *    down here first.
 * 3. A place is told at once, and then at most four times a second; a cursor ten times.
 * 4. Of whoever is invisible no cursor leaves the page. That nobody else sees them is the server's work,
 *    which holds for all their pages.
 */

import type { Connection } from './connection.js';
import type { EditMode, Running } from './present.js';
import { Throttle } from './throttle.js';

export interface Spot {
  project: string | null;
  document: string | null;
  cell: string | null;
  mode: EditMode | null;
  running: Running | null;
}

/** Code points from the start of the cell. */
export interface OwnCursor {
  cell: string | null;
  anchor: number;
  head: number;
}

export const NOWHERE: Spot = {
  project: null,
  document: null,
  cell: null,
  mode: null,
  running: null,
};

const AWAY_AFTER_MS = 5 * 60_000;
const TELL_EVERY_MS = 250;
const CURSOR_EVERY_MS = 100;
const KEY = 'self';

export class Here {
  private spot: Spot = NOWHERE;
  private status: 'online' | 'away' = 'online';
  private toldIn: string | null = null;
  private told = '';
  private cursorIn: string | null = null;
  private isHidden = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly telling = new Throttle<void>(
    () => TELL_EVERY_MS,
    () => this.tell(),
  );
  private readonly pointing = new Throttle<{ document: string; read: () => OwnCursor }>(
    () => CURSOR_EVERY_MS,
    ({ document, read }) => this.point(document, read()),
  );

  constructor(private readonly connection: Pick<Connection, 'setState'>) {
    this.input();
  }

  /** The person is somewhere else now, or does something else there. */
  moveTo(spot: Spot): void {
    const isElsewhere = spot.document !== this.spot.document;
    this.spot = spot;
    if (isElsewhere) {
      this.pointAt(null);
    }
    this.telling.put();
  }

  /** The person has touched something. */
  input(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.become('away'), AWAY_AFTER_MS);
    this.become('online');
  }

  /** Where their cursor stands, read when it is told; null: nowhere. */
  pointAt(read: (() => OwnCursor) | null): void {
    const { document } = this.spot;
    if (read === null || document === null || this.isHidden) {
      this.pointing.drop();
      this.unpoint();
    } else {
      this.pointing.put({ document, read });
    }
  }

  /** Whether the person wants to be seen by others. */
  set invisible(isHidden: boolean) {
    this.isHidden = isHidden;
    if (isHidden) {
      this.pointAt(null);
    }
  }

  private become(status: 'online' | 'away'): void {
    if (status !== this.status) {
      this.status = status;
      this.telling.put();
    }
  }

  private tell(): void {
    const { project, ...place } = this.spot;
    if (this.toldIn !== null && this.toldIn !== project) {
      this.connection.setState(`project:${this.toldIn}`, 'user:status', KEY, null);
      this.told = '';
    }
    this.toldIn = project;
    const data = { status: this.status, ...place };
    const words = JSON.stringify(data);
    if (project !== null && words !== this.told) {
      this.told = words;
      this.connection.setState(`project:${project}`, 'user:status', KEY, data);
    }
  }

  private point(document: string, cursor: OwnCursor): void {
    if (this.cursorIn !== null && this.cursorIn !== document) {
      this.unpoint();
    }
    this.cursorIn = document;
    this.connection.setState(`document:${document}`, 'user:cursor', KEY, cursor);
  }

  private unpoint(): void {
    if (this.cursorIn !== null) {
      this.connection.setState(`document:${this.cursorIn}`, 'user:cursor', KEY, null);
      this.cursorIn = null;
    }
  }
}
