/** What those who follow a room are told, and where they begin. */

import type { ErrorBody, LoggedEvent, Position, Since, StateEntry } from './protocol.js';

/** All that is kept; what came after a position; or what comes from now on. */
export type Origin = 'earliest' | Since | undefined;

export interface RoomHandler {
  onEvent?(event: LoggedEvent): void;
  /** One state changed; `data: null` means that it is gone. */
  onState?(entry: StateEntry): void;
  /** The whole board, after each subscription. */
  onBoard?(states: StateEntry[]): void;
  /** Continuity can't be proved: take a fresh snapshot. */
  onLost?(): void;
  /** Everything up to this position has been handed over. */
  onReady?(position: Position): void;
  onError?(error: ErrorBody): void;
}
