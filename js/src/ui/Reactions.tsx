/** Reactions at a comment, and the choice of another one. */

import { type KeyboardEvent, useRef, useState } from 'react';

import type { Reaction } from '../core/protocol.js';
import { CommentIcon } from './comment-icons.js';
import { useStrings } from './translator.js';

interface Props {
  reactions: readonly Reaction[];
  me: string | null;
  /** Null: it is only looked at. */
  onReact: ((emoji: string, on: boolean) => void) | null;
}

const EMOJI = ['👍', '👎', '😄', '🎉', '😕', '❤️', '🚀', '👀'] as const;

export function Reactions({ reactions, me, onReact }: Props) {
  const trans = useStrings();
  if (reactions.length === 0) {
    return null;
  }
  return (
    <ul className="jrt-reactions" aria-label={trans.__('Reactions')}>
      {reactions.map(({ emoji, users }) => {
        const isMine = users.some(({ name }) => name === me);
        const who = users.map(({ display_name }) => display_name).join(', ');
        return (
          <li key={emoji}>
            <button
              type="button"
              className="jrt-reaction"
              aria-pressed={isMine}
              aria-disabled={onReact === null}
              aria-label={trans._n(
                '%2: %1 person, %3',
                '%2: %1 people, %3',
                users.length,
                emoji,
                who,
              )}
              title={who}
              data-jrt-emoji={emoji}
              onClick={() => onReact?.(emoji, !isMine)}
            >
              <span aria-hidden="true">{emoji}</span>
              <span aria-hidden="true">{users.length}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

interface ChoiceProps {
  onChoose: (emoji: string) => void;
}

export function ReactionChoice({ onChoose }: ChoiceProps) {
  const trans = useStrings();
  const [isOpen, setIsOpen] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  const close = () => {
    setIsOpen(false);
    place.current?.querySelector<HTMLElement>('button')?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const all = Array.from(place.current?.querySelectorAll<HTMLElement>('[data-jrt-emoji]') ?? []);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === 'Escape' && isOpen) {
      event.stopPropagation();
      close();
    } else if (step !== undefined && isOpen) {
      event.preventDefault();
      const at = all.indexOf(document.activeElement as HTMLElement);
      all[(at + step + all.length) % all.length]?.focus();
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the buttons in it.
    <span
      ref={place}
      className="jrt-reaction-choice"
      onKeyDown={onKeyDown}
      onBlur={({ relatedTarget }) => {
        if (!place.current?.contains(relatedTarget as Node | null)) {
          setIsOpen(false);
        }
      }}
    >
      <button
        type="button"
        className="jrt-icon-button"
        aria-expanded={isOpen}
        aria-label={trans.__('React')}
        title={trans.__('React')}
        onClick={() => setIsOpen(!isOpen)}
      >
        <CommentIcon name="smile" />
      </button>
      {isOpen && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a line of text.
        <span role="group" className="jrt-emoji" aria-label={trans.__('Choose a reaction')}>
          {EMOJI.map(emoji => (
            <button
              key={emoji}
              type="button"
              className="jrt-emoji-button"
              data-jrt-emoji={emoji}
              onClick={() => {
                onChoose(emoji);
                close();
              }}
            >
              {emoji}
            </button>
          ))}
        </span>
      )}
    </span>
  );
}
