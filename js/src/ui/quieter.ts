/** How to hear less of something, by one click each: what "Why this?" offers. */

import type { Notification } from '../core/notifications.js';
import type { Channel, Mode, PreferenceBook } from '../core/preferences.js';
import { modeOf } from '../core/preferences.js';
import type { Quieter } from './notification-actions.js';
import { categoryName } from './preference-words.js';
import type { Strings } from './translator.js';

export function quieterBy(book: PreferenceBook | null, trans: Strings) {
  return async ({ category, project, thread }: Notification): Promise<readonly Quieter[]> => {
    await book?.load();
    const shown = book?.store.getState().shown;
    if (!book || !shown) {
      return [];
    }
    const isLocked = (channel: Channel) =>
      shown.locks.some(lock => lock.category === category && lock.channel === channel);
    const turnOff = (channel: Channel, words: string, done: string): Quieter[] => {
      const before: Mode = modeOf(shown.rules, category, channel);
      return before === 'off' || isLocked(channel)
        ? []
        : [
            {
              words,
              done,
              apply: () => book.setMode(category, channel, 'off'),
              undo: () => book.setMode(category, channel, before),
            },
          ];
    };
    const mute = (id: string | null, words: string, done: string): Quieter[] =>
      id === null || shown.mutes.includes(id)
        ? []
        : [{ words, done, apply: () => book.mute(id), undo: () => book.unmute(id) }];
    const name = categoryName(category, trans);
    return [
      ...mute(thread, trans.__('Mute this thread'), trans.__('This thread is muted.')),
      ...turnOff(
        'toast',
        trans.__('No pop-ups for “%1”', name),
        trans.__('%1 pop up no more.', name),
      ),
      ...turnOff(
        'in_app',
        trans.__('Keep “%1” out of the inbox', name),
        trans.__('%1 come into your inbox no more.', name),
      ),
      ...mute(project, trans.__('Mute this project'), trans.__('This project is muted.')),
    ];
  };
}
