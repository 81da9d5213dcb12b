/** Keep what a run found under a name: later runs can show only what is new since. */

import { type FormEvent, useState } from 'react';

import { useStrings } from './translator.js';

const MAX_NAME_CHARACTERS = 64;

export function KeepBaseline({ onKeep }: { onKeep: (name: string) => Promise<unknown> }) {
  const trans = useStrings();
  const [asking, setAsking] = useState(false);
  const [name, setName] = useState('');
  const [words, setWords] = useState<{ text: string; bad: boolean } | null>(null);
  const keep = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await onKeep(name.trim());
      setWords({ text: trans.__('Kept as the baseline “%1”.', name.trim()), bad: false });
      setAsking(false);
    } catch (error) {
      setWords({ text: error instanceof Error ? error.message : String(error), bad: true });
    }
  };
  return (
    <div className="jrt-keep">
      {asking ? (
        <form className="jrt-dismiss" onSubmit={event => void keep(event)}>
          <input
            className="jrt-search"
            // biome-ignore lint/a11y/noAutofocus: it appears because the person asked for it.
            autoFocus
            required
            value={name}
            maxLength={MAX_NAME_CHARACTERS}
            placeholder={trans.__('Name of the baseline')}
            aria-label={trans.__('Name of the baseline')}
            onChange={event => setName(event.currentTarget.value)}
          />
          <button type="submit" className="jrt-button jrt-button-small">
            {trans.__('Keep')}
          </button>
          <button
            type="button"
            className="jrt-button jrt-button-small"
            onClick={() => setAsking(false)}
          >
            {trans.__('Cancel')}
          </button>
        </form>
      ) : (
        <button type="button" className="jrt-link" onClick={() => setAsking(true)}>
          {trans.__('Keep as baseline…')}
        </button>
      )}
      {words !== null && (
        <p
          className={words.bad ? 'jrt-note jrt-note-error' : 'jrt-note'}
          role={words.bad ? 'alert' : 'status'}
        >
          {words.text}
        </p>
      )}
    </div>
  );
}
