/** Of what nothing is told, and how to hear of it again. */

import { useEffect, useRef, useState } from 'react';

import type { Muted } from '../core/muted.js';
import { useStrings } from './translator.js';

interface Props {
  mutes: readonly string[];
  /** What the ids mean; those that are not known are left out. */
  names: (ids: readonly string[]) => Promise<ReadonlyMap<string, Muted>>;
  onMute: (id: string) => void;
  onUnmute: (id: string) => void;
}

export function PreferenceMutes({ mutes, names, onMute, onUnmute }: Props) {
  const trans = useStrings();
  const known = useNames(mutes, names);
  const undo = useRef<HTMLButtonElement>(null);
  const [unmuted, setUnmuted] = useState<string | null>(null);
  // The button that was pressed is gone; the focus goes to what takes it back.
  useEffect(() => {
    if (unmuted !== null) {
      undo.current?.focus();
    }
  }, [unmuted]);
  const name = (id: string) => mutedName(known.get(id), trans);
  const isUndoable = unmuted !== null && !mutes.includes(unmuted);
  return (
    <section className="jrt-prefs-section" data-jrt-mutes="">
      <h3>{trans.__('Muted')}</h3>
      {mutes.length === 0 && !isUndoable && (
        <p className="jrt-note">
          {trans.__('Nothing is muted. A project or a thread is muted from a notification’s menu.')}
        </p>
      )}
      <ul className="jrt-mutes">
        {mutes.map(id => (
          <li key={id}>
            <span className="jrt-mute-name" title={id}>
              {name(id)}
            </span>
            <button
              type="button"
              className="jrt-button jrt-button-small"
              aria-label={trans.__('Unmute %1', name(id))}
              onClick={() => {
                setUnmuted(id);
                onUnmute(id);
              }}
            >
              {trans.__('Unmute')}
            </button>
          </li>
        ))}
      </ul>
      <p className="jrt-note" role="status">
        {isUndoable && (
          <>
            {trans.__('You hear of %1 again.', name(unmuted))}{' '}
            <button
              ref={undo}
              type="button"
              className="jrt-link"
              onClick={() => {
                setUnmuted(null);
                onMute(unmuted);
              }}
            >
              {trans.__('Undo')}
            </button>
          </>
        )}
      </p>
    </section>
  );
}

function mutedName(muted: Muted | undefined, trans: ReturnType<typeof useStrings>): string {
  switch (muted?.kind) {
    case 'project':
      return trans.__('Project %1', muted.name);
    case 'thread':
      return trans.__('Thread “%1”', muted.name);
    case undefined:
      return trans.__('Something that you can no longer see');
  }
}

/** Names once found stay, also of what was just unmuted. */
function useNames(ids: readonly string[], find: Props['names']): ReadonlyMap<string, Muted> {
  const [known, setKnown] = useState<ReadonlyMap<string, Muted>>(new Map());
  const wanted = ids.join('\n');
  useEffect(() => {
    let isGone = false;
    if (wanted !== '') {
      find(wanted.split('\n')).then(
        found => isGone || setKnown(before => new Map([...before, ...found])),
        // They are shown without their names.
        () => undefined,
      );
    }
    return () => {
      isGone = true;
    };
  }, [wanted, find]);
  return known;
}
