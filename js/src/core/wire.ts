/** What carries the conversation's frames: a socket, or polling where no socket gets through. */

import type { ClientFrame } from './protocol.js';

export type Transport = 'socket' | 'polling';

export interface Wire {
  readonly transport: Transport;
  send(frame: ClientFrame): void;
  /** Nothing is heard of it afterwards. */
  close(): void;
}
