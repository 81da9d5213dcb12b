/** Who can be mentioned: members who may see the document, as somebody writes of them. */

import { useEffect, useState } from 'react';

import type { Person } from '../core/threads.js';
import { Avatar } from './Avatar.js';
import { useLatest } from './hooks.js';
import type { Mention } from './mentions.js';
import { useStrings } from './translator.js';

export type Ask = (query: string, signal: AbortSignal) => Promise<Person[]>;

const ASK_AFTER_MS = 80;
const NOBODY: readonly Person[] = [];

/** Those who come into question, as soon as they are known. */
export function usePeople(mention: Mention | null, ask: Ask): readonly Person[] {
  const [people, setPeople] = useState(NOBODY);
  const latest = useLatest(ask);
  const query = mention?.query ?? null;
  useEffect(() => {
    if (query === null) {
      setPeople(NOBODY);
      return undefined;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      latest.current(query, stop.signal).then(
        found => stop.signal.aborted || setPeople(found),
        // Without an answer nothing is offered: names can be written all the same.
        () => stop.signal.aborted || setPeople(NOBODY),
      );
    }, ASK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [query, latest]);
  return people;
}

interface Props {
  id: string;
  people: readonly Person[];
  chosen: number;
  onChoose: (person: Person) => void;
}

export function MentionChoice({ id, people, chosen, onChoose }: Props) {
  const trans = useStrings();
  return (
    <div className="jrt-mentions" hidden={people.length === 0}>
      <div role="listbox" id={id} aria-label={trans.__('People to mention')}>
        {people.map((person, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the text field has the focus, and the keys.
          // biome-ignore lint/a11y/useFocusableInteractive: see above.
          <div
            key={person.name}
            id={`${id}-${at}`}
            role="option"
            className="jrt-mention-choice"
            aria-selected={at === chosen}
            data-jrt-person={person.name}
            // The field keeps the focus.
            onMouseDown={event => event.preventDefault()}
            onClick={() => onChoose(person)}
          >
            <Avatar of={person} />
            <span className="jrt-mention-name">{person.display_name}</span>
            {person.display_name !== person.name && (
              <span className="jrt-mention-handle">@{person.name}</span>
            )}
          </div>
        ))}
      </div>
      <div role="status" className="jrt-hidden">
        {people.length > 0 && trans._n('%1 person', '%1 people', people.length)}
      </div>
    </div>
  );
}
