/** The people of a project, with what they do; those who are gone can be unfolded. */

import { memo, useState } from 'react';

import { type Present, personKey } from '../core/present.js';
import { Avatar } from './Avatar.js';
import { Icon } from './icons.js';
import { PeopleIcon } from './people-icons.js';
import type { PresenceActions } from './presence-actions.js';
import { doingText, personLines, statusText } from './presence-words.js';
import { absoluteTime, useServerNow } from './time.js';
import { useStrings } from './translator.js';

interface Props {
  /** Without oneself. */
  people: readonly Present[];
  actions: PresenceActions;
}

const STEP_MS = 15_000;
const AT_FIRST = 100;

export function PeopleList({ people, actions }: Props) {
  const trans = useStrings();
  const there = people.filter(({ status }) => status !== 'offline');
  const left = people.filter(({ status }) => status === 'offline');
  const [open, setOpen] = useState(false);
  return (
    <>
      <Rows people={there} actions={actions} label={trans.__('People here')} />
      {left.length > 0 && (
        <>
          <button
            type="button"
            className="jrt-people-left"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            <Icon name="chevron" />
            {trans._n('%1 person was here before', '%1 people were here before', left.length)}
          </button>
          {open && <Rows people={left} actions={actions} label={trans.__('Were here before')} />}
        </>
      )}
    </>
  );
}

function Rows({ people, actions, label }: Props & { label: string }) {
  const trans = useStrings();
  const [most, setMost] = useState(AT_FIRST);
  return (
    <>
      <ul className="jrt-people" aria-label={label}>
        {people.slice(0, most).map(person => (
          <Row key={personKey(person.user)} person={person} actions={actions} />
        ))}
      </ul>
      {people.length > most && (
        <button
          type="button"
          className="jrt-link jrt-people-rest"
          onClick={() => setMost(most + AT_FIRST)}
        >
          {trans._n('%1 more', '%1 more', people.length - most)}
        </button>
      )}
    </>
  );
}

type RowProps = { person: Present; actions: PresenceActions };

const Row = memo(function Row({ person, actions }: RowProps) {
  const trans = useStrings();
  const now = useServerNow(STEP_MS);
  const { user, status, last_seen } = person;
  const where = actions.where(person);
  const doing = doingText(person, where, now, trans);
  const { go, follow } = actions;
  const isFollowed = actions.following === personKey(user);
  const seen = status === 'offline' && last_seen ? absoluteTime(Date.parse(last_seen)) : undefined;
  return (
    <li
      className="jrt-person"
      data-jrt-person={user.name}
      data-jrt-status={status}
      data-jrt-running={person.running !== null}
      data-jrt-following={isFollowed}
    >
      <Avatar of={user} />
      <span className="jrt-person-words">
        <span className="jrt-person-name">{user.display_name}</span>
        <span
          className="jrt-person-facts"
          title={seen ?? personLines(person, where, now, trans).slice(1).join('\n')}
        >
          {status === 'online' && doing !== '' ? doing : statusText(person, now, trans)}
        </span>
      </span>
      {where !== null && status !== 'offline' && (
        <span className="jrt-person-buttons">
          {go && (
            <button
              type="button"
              className="jrt-icon-button"
              aria-label={trans.__('Go to where %1 is', user.display_name)}
              title={trans.__('Go there')}
              onClick={() => go(person)}
            >
              <PeopleIcon name="goto" />
            </button>
          )}
          {follow && (
            <button
              type="button"
              className="jrt-icon-button"
              aria-pressed={isFollowed}
              aria-label={trans.__('Follow %1', user.display_name)}
              title={isFollowed ? trans.__('Stop following') : trans.__('Follow')}
              onClick={() => follow(person)}
            >
              <PeopleIcon name="follow" />
            </button>
          )}
        </span>
      )}
    </li>
  );
});
