/** What was done last, with *Undo*; or what was refused, with *Retry*. It goes by itself. */

import { useEffect, useRef } from 'react';

import type { Notifications } from '../core/notifications.js';
import { errorText } from './error-words.js';
import { useStore } from './hooks.js';
import { Icon } from './icons.js';
import { doneText, refusedText } from './notification-words.js';
import { useStrings } from './translator.js';

const SHOWN_MILLISECONDS = 10_000;

export function LastAct({ notifications }: { notifications: Notifications }) {
  const trans = useStrings();
  const { done, refused } = useStore(notifications.store);
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (done === null) {
      return undefined;
    }
    const go = () => {
      // Not while somebody is on it.
      if (bar.current?.matches(':hover, :focus-within')) {
        timer = setTimeout(go, SHOWN_MILLISECONDS);
      } else {
        notifications.settle();
      }
    };
    let timer = setTimeout(go, SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [done, notifications]);
  const isShown = done !== null || refused !== null;
  return (
    <div ref={bar} className="jrt-last-act" data-jrt-shown={isShown}>
      <span role="alert" className="jrt-last-act-words">
        {refused && refusedText(refused, errorText(refused.error, trans), trans)}
      </span>
      <span role="status" className="jrt-last-act-words">
        {refused === null && done && doneText(done, trans)}
      </span>
      {refused && (
        <button type="button" className="jrt-link" onClick={refused.retry}>
          {trans.__('Retry')}
        </button>
      )}
      {refused === null && done && (
        <button
          type="button"
          className="jrt-link"
          title={trans.__('Undo (z)')}
          onClick={() => void notifications.undo()}
        >
          {trans.__('Undo')}
        </button>
      )}
      {isShown && (
        <button
          type="button"
          className="jrt-icon-button"
          aria-label={trans.__('Close')}
          title={trans.__('Close')}
          onClick={() => notifications.settle()}
        >
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
