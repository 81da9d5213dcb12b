/** The bell with its badge: in the top bar, and in the status bar. */

import { ReactWidget } from '@jupyterlab/ui-components';
import { useEffect, useRef } from 'react';

import type { Notifications } from '../core/notifications.js';
import { useStore } from '../ui/hooks.js';
import { type Strings, StringsProvider, useStrings } from '../ui/translator.js';
import { bellIcon } from './icon.js';

const MOST_SHOWN = 99;

/** What a badge has room for. */
export function badgeText(unread: number | null): string {
  if (unread === null || unread === 0) {
    return '';
  }
  return unread > MOST_SHOWN
    ? `${MOST_SHOWN}+`
    : new Intl.NumberFormat(undefined, { useGrouping: false }).format(unread);
}

export function bellLabel(unread: number | null, trans: Strings): string {
  return unread
    ? trans._n('Notifications: %1 unread', 'Notifications: %1 unread', unread)
    : trans.__('Notifications');
}

function Bell({ notifications, onClick }: { notifications: Notifications; onClick: () => void }) {
  const trans = useStrings();
  const { unread } = useStore(notifications.store);
  const label = bellLabel(unread, trans);
  const icon = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (icon.current && icon.current.childElementCount === 0) {
      bellIcon.element({ container: icon.current, width: '16px', height: '16px' });
    }
  }, []);
  return (
    <button
      type="button"
      className="jrt-bell"
      aria-label={label}
      title={label}
      data-jrt-unread={unread ?? ''}
      onClick={onClick}
    >
      <span ref={icon} className="jrt-bell-icon" aria-hidden="true" />
      <span className="jrt-bell-badge">{badgeText(unread)}</span>
    </button>
  );
}

export function createBell(
  notifications: Notifications,
  trans: Strings,
  onClick: () => void,
): ReactWidget {
  return ReactWidget.create(
    <StringsProvider value={trans}>
      <Bell notifications={notifications} onClick={onClick} />
    </StringsProvider>,
  );
}
