/** What can be done with all that are selected. */

import { useState } from 'react';

import type { Notification, Notifications } from '../core/notifications.js';
import { Icon, type IconName } from './icons.js';
import { SnoozeChoices } from './SnoozeChoices.js';
import { useStrings } from './translator.js';

interface Props {
  chosen: readonly Notification[];
  notifications: Notifications;
  onClear: () => void;
}

export function Selection({ chosen, notifications, onClear }: Props) {
  const trans = useStrings();
  const [snoozing, setSnoozing] = useState(false);
  const ids = chosen.map(({ id }) => id);
  const someUnread = chosen.some(({ read }) => !read);
  const someThere = chosen.some(({ archived }) => !archived);
  const someAway = chosen.some(({ snoozed_until }) => snoozed_until !== null);
  const act = (how: Promise<boolean>) => {
    onClear();
    void how;
  };
  return (
    <>
      <div role="toolbar" className="jrt-selection" aria-label={trans.__('Selected notifications')}>
        <span className="jrt-selection-count" role="status">
          {trans._n('%1 selected', '%1 selected', chosen.length)}
        </span>
        <Tool
          icon={someUnread ? 'check' : 'unread'}
          label={someUnread ? trans.__('Mark as read') : trans.__('Mark as unread')}
          onClick={() => act(someUnread ? notifications.read(ids) : notifications.unreadAgain(ids))}
        />
        <Tool
          icon={someAway ? 'wake' : 'clock'}
          label={someAway ? trans.__('Wake now') : trans.__('Snooze…')}
          expanded={someAway ? undefined : snoozing}
          onClick={() => (someAway ? act(notifications.wake(ids)) : setSnoozing(!snoozing))}
        />
        <Tool
          icon={someThere ? 'archive' : 'restore'}
          label={someThere ? trans.__('Archive') : trans.__('Move to the inbox')}
          onClick={() => act(someThere ? notifications.archive(ids) : notifications.restore(ids))}
        />
        <Tool icon="close" label={trans.__('Select nothing')} onClick={onClear} />
      </div>
      {snoozing && (
        <SnoozeChoices
          onChoose={until => act(notifications.snooze(ids, until))}
          onClose={() => setSnoozing(false)}
        />
      )}
    </>
  );
}

interface ToolProps {
  icon: IconName;
  label: string;
  expanded?: boolean | undefined;
  onClick: () => void;
}

function Tool({ icon, label, expanded, onClick }: ToolProps) {
  return (
    <button
      type="button"
      className="jrt-icon-button"
      aria-label={label}
      aria-expanded={expanded}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
