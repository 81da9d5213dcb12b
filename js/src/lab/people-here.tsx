/** Who is in a notebook, at its toolbar; and who is in the project, in the status bar. */

import type { NotebookPanel } from '@jupyterlab/notebook';
import { ReactWidget } from '@jupyterlab/ui-components';
import { useEffect, useMemo, useState } from 'react';

import type { Connection } from '../core/connection.js';
import type { DocumentPaths, DocumentRef } from '../core/document-paths.js';
import { NO_TEAM, type Presence } from '../core/presence.js';
import { othersOf, personKey } from '../core/present.js';
import { Avatar } from '../ui/Avatar.js';
import { Connected } from '../ui/Connected.js';
import { useStore } from '../ui/hooks.js';
import { PresenceBar } from '../ui/PresenceBar.js';
import type { PresenceActions } from '../ui/presence-actions.js';
import { type Strings, StringsProvider, useStrings } from '../ui/translator.js';
import type { Front } from './front.js';
import type { Going } from './going.js';
import { isIn, type Others } from './others.js';
import { withoutDrive } from './targets.js';

export interface PeopleParts {
  connection: Connection;
  presence: Presence;
  paths: DocumentPaths;
  front: Front;
  others: Others;
  going: Going;
  showTeam: () => void;
}

const MOST_IN_TOOLBAR = 5;
const MOST_IN_STATUS_BAR = 3;

/** What can be done with people on this page. */
export function usePeopleActions({ others, going }: PeopleParts): PresenceActions {
  const { followed } = useStore(going.store);
  return useMemo(
    () => ({
      where: ({ document, path, cell, running }) => {
        const numberOf = (id: string | null | undefined) =>
          document === null || !id ? null : others.numberOf(document, id);
        return path === null ? null : { path, cell: numberOf(cell), runs: numberOf(running?.cell) };
      },
      go: person => void going.to(person, true),
      follow: person => going.toggle(person),
      following: followed === null ? null : personKey(followed.user),
    }),
    [followed, others, going],
  );
}

function useDocument(panel: NotebookPanel, { paths, connection }: PeopleParts): DocumentRef | null {
  const [document, setDocument] = useState<DocumentRef | null>(null);
  useEffect(() => {
    const find = () =>
      void paths.at(withoutDrive(panel.context.path)).then(setDocument, () => undefined);
    void panel.context.ready.then(find);
    panel.context.pathChanged.connect(find);
    const unsubscribe = connection.store.subscribe(({ status }, before) => {
      if (status === 'online' && before.status !== status) {
        find();
      }
    });
    return () => {
      unsubscribe();
      panel.context.pathChanged.disconnect(find);
    };
  }, [panel, paths, connection]);
  return document;
}

function InNotebook({ panel, parts }: { panel: NotebookPanel; parts: PeopleParts }) {
  const document = useDocument(panel, parts);
  const { teams } = useStore(parts.presence.store);
  const state = useStore(parts.connection.store);
  const actions = usePeopleActions(parts);
  const team = document === null ? NO_TEAM : (teams[document.project] ?? NO_TEAM);
  const people = document === null ? [] : othersOf(team.people, state.user).filter(isIn(document));
  return people.length === 0 ? null : (
    <Connected state={state}>
      <div className="jrt-root jrt-people-toolbar" data-jrt-stale={state.status !== 'online'}>
        <PresenceBar
          people={people}
          most={MOST_IN_TOOLBAR}
          actions={actions}
          onMore={parts.showTeam}
        />
      </div>
    </Connected>
  );
}

export function createPeopleInNotebook(
  panel: NotebookPanel,
  parts: PeopleParts,
  trans: Strings,
): ReactWidget {
  return ReactWidget.create(
    <StringsProvider value={trans}>
      <InNotebook panel={panel} parts={parts} />
    </StringsProvider>,
  );
}

function InStatusBar({ parts }: { parts: PeopleParts }) {
  const trans = useStrings();
  const { project } = useStore(parts.front.store);
  const { teams } = useStore(parts.presence.store);
  const { user, status } = useStore(parts.connection.store);
  const team = project === null ? NO_TEAM : (teams[project] ?? NO_TEAM);
  const people = othersOf(team.people, user).filter(it => it.status !== 'offline');
  if (people.length === 0) {
    return null;
  }
  const names = people.map(it => it.user.display_name).join(', ');
  const words = trans._n(
    '%1 other person here: %2',
    '%1 other people here: %2',
    people.length,
    names,
  );
  const hidden = people.length - MOST_IN_STATUS_BAR;
  return (
    <button
      type="button"
      className="jrt-status jrt-people-status"
      title={words}
      aria-label={words}
      data-jrt-people={people.length}
      data-jrt-stale={status !== 'online'}
      onClick={parts.showTeam}
    >
      {people.slice(0, MOST_IN_STATUS_BAR).map(person => (
        <span
          key={personKey(person.user)}
          className="jrt-person-face"
          data-jrt-status={person.status}
        >
          <Avatar of={person.user} />
        </span>
      ))}
      {hidden > 0 && `+${hidden}`}
    </button>
  );
}

export function createPeopleStatus(parts: PeopleParts, trans: Strings): ReactWidget {
  const item = ReactWidget.create(
    <StringsProvider value={trans}>
      <InStatusBar parts={parts} />
    </StringsProvider>,
  );
  item.addClass('jp-mod-highlighted');
  return item;
}

/** Says whom one follows, and how to stop. */
export function FollowingNote({ going, trans }: { going: Going; trans: Strings }) {
  const { followed } = useStore(going.store);
  return (
    <div role="status" className="jrt-root jrt-following" data-jrt-following={followed?.user.name}>
      {followed && (
        <>
          <Avatar of={followed.user} />
          <span>{trans.__('You follow %1', followed.user.display_name)}</span>
          <button
            type="button"
            className="jrt-button jrt-button-small"
            title={trans.__('Or press Escape, or do something in a document')}
            onClick={() => going.stop()}
          >
            {trans.__('Stop')}
          </button>
        </>
      )}
    </div>
  );
}
