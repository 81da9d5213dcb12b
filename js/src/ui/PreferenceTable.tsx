/** What comes by which way: one row for each category, one column for each channel. */

import {
  CATEGORIES,
  type Category,
  CHANNELS,
  type Channel,
  type Mode,
  modeOf,
  type Preferences,
} from '../core/preferences.js';
import { Choice } from './Choice.js';
import { useElementId } from './hooks.js';
import { Icon } from './icons.js';
import {
  categoryDetail,
  categoryName,
  channelDetail,
  channelName,
  modeName,
} from './preference-words.js';
import { type Strings, useStrings } from './translator.js';

interface Props {
  preferences: Preferences;
  onMode: (category: Category, channel: Channel, mode: Mode) => void;
}

export function PreferenceTable({ preferences, onMode }: Props) {
  const trans = useStrings();
  return (
    <table className="jrt-ways" aria-label={trans.__('What comes by which way')}>
      <thead>
        <tr>
          <th scope="col">{trans.__('What')}</th>
          {CHANNELS.map(channel => (
            <th key={channel} scope="col" title={channelDetail(channel, trans)}>
              {channelName(channel, trans)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {CATEGORIES.map(category => (
          <tr key={category} data-jrt-category={category}>
            <th scope="row">
              <span className="jrt-ways-name">{categoryName(category, trans)}</span>
              <span className="jrt-ways-detail">{categoryDetail(category, trans)}</span>
            </th>
            {CHANNELS.map(channel => (
              <td key={channel} data-jrt-channel={channel}>
                <Cell {...{ preferences, category, channel, onMode }} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What can't be chosen, and why, for all to read. */
export function settledText({ locks, channels }: Preferences, trans: Strings): string[] {
  const missing = (['push', 'email'] as const).filter(channel => !channels?.[channel]);
  return [
    ...(locks.length > 0
      ? [trans.__('What has a lock was settled by an administrator, for everybody.')]
      : []),
    ...missing.map(channel => unavailable(channel, trans)),
  ];
}

function unavailable(channel: 'push' | 'email', trans: Strings): string {
  return channel === 'email'
    ? trans.__('This server sends no mail.')
    : trans.__('This server sends no push messages.');
}

type CellProps = Props & { category: Category; channel: Channel };

/** Why nothing can be chosen there, or null. */
export function whyFixed(
  { rules, locks, channels }: Preferences,
  category: Category,
  channel: Channel,
  trans: Strings,
): string | null {
  if (locks.some(lock => lock.category === category && lock.channel === channel)) {
    return trans.__('An administrator has settled this');
  }
  if ((channel === 'email' || channel === 'push') && !channels?.[channel]) {
    return unavailable(channel, trans);
  }
  return channel === 'toast' && modeOf(rules, category, 'in_app') === 'off'
    ? trans.__('Only what stands in the inbox pops up')
    : null;
}

function Cell({ preferences, category, channel, onMode }: CellProps) {
  const trans = useStrings();
  const reasonId = useElementId();
  const mode = modeOf(preferences.rules, category, channel);
  const reason = whyFixed(preferences, category, channel, trans);
  const isLocked = preferences.locks.some(
    lock => lock.category === category && lock.channel === channel,
  );
  const label = trans.__('%1: %2', categoryName(category, trans), channelName(channel, trans));
  const leaves = channel === 'push' || channel === 'email';
  return (
    <span className="jrt-way" title={reason ?? undefined}>
      <span className="jrt-way-name" aria-hidden="true">
        {channelName(channel, trans)}
      </span>
      {leaves ? (
        <Choice
          label={label}
          value={mode}
          options={(['off', 'digest', 'instant'] as const).map(it => [it, modeName(it, trans)])}
          disabled={reason !== null}
          describedBy={reason === null ? undefined : reasonId}
          onChange={chosen => onMode(category, channel, chosen)}
        />
      ) : (
        <input
          type="checkbox"
          className="jrt-check"
          aria-label={label}
          aria-describedby={reason === null ? undefined : reasonId}
          disabled={reason !== null}
          checked={isOn(preferences, category, channel)}
          onChange={event =>
            onMode(category, channel, event.currentTarget.checked ? 'instant' : 'off')
          }
        />
      )}
      {isLocked && <Icon name="lock" />}
      {reason !== null && (
        <span id={reasonId} className="jrt-hidden">
          {reason}
        </span>
      )}
    </span>
  );
}

/** Nothing pops up later, gathered; and what is not in the inbox does not pop up at all. */
function isOn({ rules }: Preferences, category: Category, channel: Channel): boolean {
  const isListed = modeOf(rules, category, 'in_app') !== 'off';
  return isListed && (channel === 'in_app' || modeOf(rules, category, channel) === 'instant');
}
