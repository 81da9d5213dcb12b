/** Until when something is to be away: a few times, with a click or a key each. */

import { type KeyboardEvent, useEffect, useRef } from 'react';

import { snoozeChoices } from './notification-words.js';
import { useStrings } from './translator.js';

interface Props {
  onChoose: (until: Date) => void;
  onClose: () => void;
}

export function SnoozeChoices({ onChoose, onClose }: Props) {
  const trans = useStrings();
  const group = useRef<HTMLFieldSetElement>(null);
  useEffect(() => group.current?.querySelector('button')?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    // The list's keys are not those of its buttons.
    event.stopPropagation();
    const buttons = Array.from(group.current?.querySelectorAll('button') ?? []);
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (event.key === 'Escape') {
      onClose();
    } else if (step !== undefined) {
      event.preventDefault();
      buttons[(at + step + buttons.length) % buttons.length]?.focus();
    }
  };
  return (
    <fieldset
      ref={group}
      className="jrt-snooze"
      aria-label={trans.__('Snooze')}
      onKeyDown={onKeyDown}
      onClick={event => event.stopPropagation()}
    >
      {snoozeChoices(new Date(), trans).map(({ words, until }) => (
        <button
          key={words}
          type="button"
          className="jrt-button jrt-button-small"
          onClick={() => onChoose(until)}
        >
          {words}
        </button>
      ))}
    </fieldset>
  );
}
