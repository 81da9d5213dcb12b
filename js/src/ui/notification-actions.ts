/** What a row of the list of notifications can ask for. */

import type { MouseEvent } from 'react';

import type { Notification } from '../core/notifications.js';
import type { Below } from './NotificationRow.js';

export interface NotificationActions {
  /** Who uses the page. */
  me: string | null;
  onActive(id: string): void;
  onClick(id: string, event: MouseEvent): void;
  onOpen(notification: Notification): void;
  onSelect(id: string): void;
  onRead(id: string, read: boolean): void;
  onArchive(ids: readonly string[], archived: boolean): void;
  onSnooze(ids: readonly string[], until: Date): void;
  onWake(ids: readonly string[]): void;
  onBelow(id: string, below: Below): void;
  /** What it would take to hear no more of such, or less loudly. */
  quieter(notification: Notification): Promise<readonly Quieter[]>;
  onPreferences: (() => void) | null;
}

/** A change of the preferences by one click. */
export interface Quieter {
  words: string;
  /** What is so once it is done. */
  done: string;
  apply(): Promise<unknown>;
  undo(): Promise<unknown>;
}
