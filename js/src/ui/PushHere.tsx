/** Whether pushes come to this browser, and to which others of mine; each can be turned off from here. */

import { useEffect, useState } from 'react';

import type { Push, PushStanding, PushTarget } from '../core/push.js';
import { errorText } from './error-words.js';
import { useStore } from './hooks.js';
import { RelativeTime } from './RelativeTime.js';
import { type Strings, useStrings } from './translator.js';

export function PushHere({ push }: { push: Push }) {
  const trans = useStrings();
  const { standing, targets, busy, error } = useStore(push.store);
  useEffect(() => {
    if (push.store.getState().standing === 'unknown') {
      void push.load();
    }
  }, [push]);
  const isOn = standing === 'on';
  const [tried, setTried] = useState('');
  const tryOut = async () => {
    try {
      const failed = await push.tryOut();
      setTried(
        failed.length === 0 ? trans.__('Sent. It should appear in a moment.') : failed.join(' '),
      );
    } catch (failure) {
      setTried(errorText(failure, trans));
    }
  };
  const flip = () => void (isOn ? push.turnOff() : push.turnOn());
  return (
    <>
      <label className="jrt-prefs-line">
        <input
          type="checkbox"
          checked={isOn}
          disabled={busy || (standing !== 'on' && standing !== 'off')}
          onChange={flip}
        />{' '}
        {trans.__('Push to this browser, also while no page of Jupyter is open')}
      </label>
      <p className="jrt-note" role="status">
        {error === null ? standingText(standing, trans) : errorText(error, trans)}
      </p>
      {isOn && (
        <p className="jrt-note">
          <button type="button" className="jrt-link" onClick={() => void tryOut()}>
            {trans.__('Try it out')}
          </button>{' '}
          <span role="status">{tried}</span>
        </p>
      )}
      <Others targets={targets} push={push} />
    </>
  );
}

function Others({ targets, push }: { targets: readonly PushTarget[]; push: Push }) {
  const trans = useStrings();
  const others = targets.filter(target => !target.here);
  return others.length === 0 ? null : (
    <ul className="jrt-mutes" aria-label={trans.__('Other browsers of yours that take pushes')}>
      {others.map(target => (
        <li key={target.id}>
          <span className="jrt-mute-name">
            {target.label}, <RelativeTime iso={target.created_at} />
          </span>
          <button
            type="button"
            className="jrt-button jrt-button-small"
            aria-label={trans.__('Turn pushes to %1 off', target.label)}
            onClick={() => void push.remove(target)}
          >
            {trans.__('Turn off')}
          </button>
        </li>
      ))}
    </ul>
  );
}

function standingText(standing: PushStanding, trans: Strings): string {
  switch (standing) {
    case 'unknown':
      return trans.__('Looking…');
    case 'unsupported':
      return trans.__(
        'This browser takes no pushes here. It needs https, or a server on this machine.',
      );
    case 'unavailable':
      return trans.__('This server sends no push messages.');
    case 'denied':
      return trans.__(
        'You have forbidden notifications of this site; the browser’s settings can allow them.',
      );
    case 'off':
      return trans.__('Off. Your browser asks you for permission when you turn it on.');
    case 'on':
      return trans.__(
        'On. A push says only that there is something; this browser asks the server what.',
      );
  }
}
