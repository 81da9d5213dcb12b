/** Who is here: overlapping avatars, each of which leads to where that person is. */

import { type Present, personKey } from '../core/present.js';
import { Avatar } from './Avatar.js';
import type { PresenceActions } from './presence-actions.js';
import { doingText, personLines } from './presence-words.js';
import { useServerNow } from './time.js';
import { useStrings } from './translator.js';

interface Props {
  /** Those who are here, without oneself. */
  people: readonly Present[];
  /** How many there is room for. */
  most: number;
  actions: PresenceActions;
  /** Show all of them; null: nothing does. */
  onMore: (() => void) | null;
  /** Whether all of them are shown; undefined: elsewhere. */
  expanded?: boolean;
}

const STEP_MS = 15_000;

export function PresenceBar({ people, most, actions, onMore, expanded }: Props) {
  const trans = useStrings();
  // One that stands for others takes as much room as one of them.
  const shown = people.length > most ? people.slice(0, most - 1) : people;
  const hidden = people.length - shown.length;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms.
    <div
      role="group"
      className="jrt-people-bar"
      aria-label={trans._n('%1 other person here', '%1 other people here', people.length)}
      data-jrt-people={people.length}
    >
      {shown.map(person => (
        <Face key={personKey(person.user)} person={person} actions={actions} />
      ))}
      {hidden > 0 && (
        <button
          type="button"
          className="jrt-people-more"
          aria-expanded={expanded}
          aria-label={trans._n('%1 more person', '%1 more people', hidden)}
          title={moreText(people.slice(shown.length), trans)}
          onClick={onMore ?? undefined}
          aria-disabled={onMore === null}
        >
          +{hidden}
        </button>
      )}
    </div>
  );
}

const MOST_NAMED = 12;

function moreText(people: readonly Present[], trans: ReturnType<typeof useStrings>): string {
  const names = people.slice(0, MOST_NAMED).map(({ user }) => user.display_name);
  const rest = people.length - names.length;
  return [...names, ...(rest > 0 ? [trans.__('and %1 more', rest)] : [])].join('\n');
}

function Face({ person, actions }: { person: Present; actions: PresenceActions }) {
  const trans = useStrings();
  const now = useServerNow(STEP_MS);
  const { user, status } = person;
  const where = actions.where(person);
  const lines = personLines(person, where, now, trans);
  const { go } = actions;
  const canGo = go !== null && where !== null;
  return (
    <button
      type="button"
      className="jrt-person-face jrt-tip"
      data-jrt-person={user.name}
      data-jrt-status={status}
      data-jrt-running={person.running !== null}
      data-jrt-following={actions.following === personKey(user)}
      data-tip={[user.display_name, doingText(person, where, now, trans)]
        .filter(Boolean)
        .join(': ')}
      title={[...lines, ...(canGo ? [trans.__('Click to go there')] : [])].join('\n')}
      aria-label={lines.join(', ')}
      aria-disabled={!canGo}
      onClick={canGo ? () => go(person) : undefined}
    >
      <Avatar of={user} />
    </button>
  );
}
