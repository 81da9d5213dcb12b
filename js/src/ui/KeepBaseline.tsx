/** Keep what a run found under a name: later runs can show only what is new since. */

import { type FormEvent, useEffect, useRef, useState } from 'react';

import { useAttempt } from './attempt.js';
import { Problem } from './Problem.js';
import { useStrings } from './translator.js';

const MAX_NAME_CHARACTERS = 64;

export function KeepBaseline({ onKeep }: { onKeep: (name: string) => Promise<unknown> }) {
  const trans = useStrings();
  const [asking, setAsking] = useState(false);
  const [name, setName] = useState('');
  const [kept, setKept] = useState<string | null>(null);
  const { problem, attempt } = useAttempt();
  const opener = useRef<HTMLButtonElement>(null);
  const wasAsking = useRef(false);
  useEffect(() => {
    // The focus comes back to what opened the form.
    if (wasAsking.current && !asking) {
      opener.current?.focus();
    }
    wasAsking.current = asking;
  }, [asking]);
  const keep = async (event: FormEvent) => {
    event.preventDefault();
    setKept(null);
    if (await attempt(() => onKeep(name.trim()))) {
      setKept(name.trim());
      setName('');
      setAsking(false);
    }
  };
  return (
    <div className="jrt-keep">
      {asking ? (
        <form
          className="jrt-dismiss"
          onSubmit={event => void keep(event)}
          onKeyDown={event => event.key === 'Escape' && setAsking(false)}
        >
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
            {problem === null ? trans.__('Keep') : trans.__('Retry')}
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
        <button ref={opener} type="button" className="jrt-link" onClick={() => setAsking(true)}>
          {trans.__('Keep as baseline…')}
        </button>
      )}
      <p role="status" className="jrt-kept">
        {kept !== null && trans.__('Kept as the baseline “%1”.', kept)}
      </p>
      <Problem words={asking ? problem : null} />
    </div>
  );
}
