/** When nothing rings, and when what is gathered comes: all by the clock on the wall in one zone. */

import { useEffect, useMemo, useRef, useState } from 'react';

import {
  type Change,
  type DigestEvery,
  type Preferences,
  type QuietHours,
  usesDigest,
} from '../core/preferences.js';
import { Choice } from './Choice.js';
import { useLatest } from './hooks.js';
import { digestName } from './preference-words.js';
import { useNow } from './time.js';
import { useStrings } from './translator.js';
import { ownZone, timeThere, zoneGroups } from './zones.js';

interface Props {
  preferences: Preferences;
  onChange: (change: Change) => void;
}

const NIGHT = { from: '22:00', to: '07:00' };
const MINUTE_MILLISECONDS = 60_000;
/** So long nobody types in a time before it is saved. */
const REST_MILLISECONDS = 1000;
const INTERVALS: readonly DigestEvery[] = ['off', 'hourly', 'daily', 'weekly'];

/** The zone that counts: the quiet hours' where there are any, as on the server. */
const zoneOf = ({ quiet_hours, zone }: Preferences): string => quiet_hours?.zone ?? zone;

/** Who has never thought about zones means the one of the clock on their own wall. */
const zoneToBegin = (preferences: Preferences): string =>
  preferences.zone === 'UTC' ? ownZone() : preferences.zone;

export function PreferenceTimes(props: Props) {
  const trans = useStrings();
  const { preferences } = props;
  const hasTimes = preferences.quiet_hours !== null || isTimed(preferences.digest);
  return (
    <>
      <QuietSection {...props} />
      <DigestSection {...props} />
      {hasTimes && (
        <section className="jrt-prefs-section">
          <h3>{trans.__('Time zone')}</h3>
          <ZoneChoice {...props} />
        </section>
      )}
    </>
  );
}

const isTimed = (every: DigestEvery): boolean => every === 'daily' || every === 'weekly';

function QuietSection({ preferences, onChange }: Props) {
  const trans = useStrings();
  const quiet = preferences.quiet_hours;
  const put = (news: Partial<QuietHours>) =>
    quiet && onChange({ quiet_hours: { ...quiet, ...news } });
  const turn = (on: boolean) => {
    const zone = zoneToBegin(preferences);
    onChange(on ? { quiet_hours: { ...NIGHT, zone }, zone } : { quiet_hours: null });
  };
  return (
    <section className="jrt-prefs-section" data-jrt-quiet="">
      <h3>{trans.__('Quiet hours')}</h3>
      <label className="jrt-prefs-line">
        <input
          type="checkbox"
          className="jrt-check"
          checked={quiet !== null}
          onChange={event => turn(event.currentTarget.checked)}
        />
        {trans.__('Let nothing ring at night')}
      </label>
      {quiet && (
        <p className="jrt-prefs-line">
          <span className="jrt-pair">
            {trans.__('From')}
            <TimeField
              label={trans.__('Quiet hours begin')}
              value={quiet.from}
              onChange={from => put({ from })}
            />
          </span>
          <span className="jrt-pair">
            {trans.__('to')}
            <TimeField
              label={trans.__('Quiet hours end')}
              value={quiet.to}
              onChange={to => put({ to })}
            />
          </span>
        </p>
      )}
      <p className="jrt-note">
        {trans.__(
          'Pop-ups, pushes and mails wait until the quiet hours are over. Nothing is lost, and your inbox has it at once.',
        )}
      </p>
    </section>
  );
}

function DigestSection({ preferences, onChange }: Props) {
  const trans = useStrings();
  const { digest, digest_at } = preferences;
  const choose = (every: DigestEvery) =>
    onChange(
      isTimed(every) ? { digest: every, zone: zoneToBegin(preferences) } : { digest: every },
    );
  return (
    <section className="jrt-prefs-section" data-jrt-digest="">
      <h3>{trans.__('Digest')}</h3>
      <p className="jrt-prefs-line">
        <Choice
          label={trans.__('How often the digest comes')}
          value={digest}
          options={INTERVALS.map(it => [it, digestName(it, trans)])}
          onChange={choose}
        />
        {isTimed(digest) && (
          <span className="jrt-pair">
            {trans.__('at')}
            <TimeField
              label={trans.__('When the digest comes')}
              value={digest_at}
              onChange={at => onChange({ digest_at: at })}
            />
          </span>
        )}
      </p>
      {digest === 'off' && usesDigest(preferences) ? (
        <p className="jrt-note jrt-note-weighty">
          {trans.__(
            'Some of the above is set to Digest, and no digest comes: it reaches only your inbox. Choose how often it comes.',
          )}
        </p>
      ) : (
        <p className="jrt-note">
          {trans.__(
            'All that is set to Digest above comes together. What you have read by then is left out.',
          )}
        </p>
      )}
    </section>
  );
}

function ZoneChoice({ preferences, onChange }: Props) {
  const trans = useStrings();
  const now = useNow(MINUTE_MILLISECONDS);
  const { quiet_hours } = preferences;
  const chosen = zoneOf(preferences);
  const own = ownZone();
  const choose = (zone: string) =>
    onChange(quiet_hours === null ? { zone } : { zone, quiet_hours: { ...quiet_hours, zone } });
  const there = timeThere(now, chosen);
  const groups = useMemo(() => zoneGroups(chosen), [chosen]);
  return (
    <>
      <p className="jrt-prefs-line">
        <select
          className="jrt-choice"
          aria-label={trans.__('Time zone')}
          value={chosen}
          onChange={event => choose(event.currentTarget.value)}
        >
          {groups.map(({ region, zones }) =>
            region === '' ? (
              <Zones key={region} zones={zones} />
            ) : (
              <optgroup key={region} label={region}>
                <Zones zones={zones} />
              </optgroup>
            ),
          )}
        </select>
        {there && <span className="jrt-quiet">{trans.__('It is %1 there', there)}</span>}
      </p>
      {own !== chosen && (
        <p className="jrt-note">
          {trans.__('This browser is in %1.', own.replaceAll('_', ' '))}{' '}
          <button type="button" className="jrt-link" onClick={() => choose(own)}>
            {trans.__('Use that')}
          </button>
        </p>
      )}
    </>
  );
}

function Zones({ zones }: { zones: readonly [string, string][] }) {
  return zones.map(([name, words]) => (
    <option key={name} value={name}>
      {words}
    </option>
  ));
}

interface TimeProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** A time of the day. While somebody types each digit makes a time: saved is what they have come to. */
function TimeField({ label, value, onChange }: TimeProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const save = useLatest(() => {
    clearTimeout(timer.current);
    if (typed !== null && typed !== '' && typed !== value) {
      onChange(typed);
    }
    setTyped(null);
  });
  const write = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => save.current(), REST_MILLISECONDS);
  };
  // Whoever closes the page has said what they want.
  useEffect(() => () => save.current(), [save]);
  return (
    <input
      type="time"
      className="jrt-search jrt-time-field"
      aria-label={label}
      value={typed ?? value}
      onChange={event => write(event.currentTarget.value)}
      onBlur={() => save.current()}
    />
  );
}
