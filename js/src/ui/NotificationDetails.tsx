/** A notification in full: its text, why it came, and how to hear less of the like. */

import { useEffect, useState } from 'react';

import type { Notification } from '../core/notifications.js';
import { useAttempt } from './attempt.js';
import type { NotificationActions, Quieter } from './notification-actions.js';
import { Problem } from './Problem.js';
import { categoryName } from './preference-words.js';
import { absoluteTime } from './time.js';
import { useStrings } from './translator.js';

interface Props {
  notification: Notification;
  actions: NotificationActions;
}

export function NotificationDetails({ notification, actions }: Props) {
  const trans = useStrings();
  const { message, action_url, category, reason, created_at, count } = notification;
  // As they were when it was opened, so that what was clicked can be taken back.
  const [offers, setOffers] = useState<readonly Quieter[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  useEffect(() => {
    let isShown = true;
    void actions.quieter(notification).then(all => isShown && setOffers(all));
    return () => {
      isShown = false;
    };
  }, [notification.id]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is pressed in it is no press on the row.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above.
    <div className="jrt-notification-details" onClick={event => event.stopPropagation()}>
      {message !== '' && <p className="jrt-notification-text">{message}</p>}
      {action_url !== null && (
        <button
          type="button"
          className="jrt-button jrt-button-small"
          onClick={() => actions.onOpen(notification)}
        >
          {trans.__('Open')}
        </button>
      )}
      <p className="jrt-notification-why">
        <strong>{trans.__('Why this?')}</strong> {reason}
      </p>
      <p className="jrt-notification-why">
        {trans.__('Category: %1.', categoryName(category, trans))}{' '}
        {count > 1
          ? trans.__('First on %1.', absoluteTime(Date.parse(created_at)))
          : trans.__('Came on %1.', absoluteTime(Date.parse(created_at)))}
      </p>
      <div className="jrt-quieter">
        {offers.map(one => (
          <QuieterButton key={one.words} quieter={one} />
        ))}
        {actions.onPreferences && (
          <button type="button" className="jrt-link" onClick={actions.onPreferences}>
            {trans.__('All preferences')}
          </button>
        )}
      </div>
    </div>
  );
}

/** One click changes it, another one takes it back. */
function QuieterButton({ quieter }: { quieter: Quieter }) {
  const trans = useStrings();
  const [isDone, setIsDone] = useState(false);
  const { pending, problem, attempt } = useAttempt(quieter.words);
  const click = async (act: () => Promise<unknown>, then: boolean) => {
    if (await attempt(act)) {
      setIsDone(then);
    }
  };
  return (
    <>
      {isDone ? (
        <span className="jrt-quieter-done" role="status">
          {quieter.done}{' '}
          <button
            type="button"
            className="jrt-link"
            aria-disabled={pending}
            onClick={() => void click(quieter.undo, false)}
          >
            {trans.__('Undo')}
          </button>
        </span>
      ) : (
        <button
          type="button"
          className="jrt-button jrt-button-small"
          aria-disabled={pending}
          onClick={() => void click(quieter.apply, true)}
        >
          {quieter.words}
        </button>
      )}
      <Problem words={problem} />
    </>
  );
}
