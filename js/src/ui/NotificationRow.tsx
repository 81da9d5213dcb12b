/** One notification: what, who, when, and what can be done about it. */

import { memo, useEffect, useRef, useState } from 'react';

import type { Notification } from '../core/notifications.js';
import { Icon, TypeIcon } from './icons.js';
import { NotificationDetails } from './NotificationDetails.js';
import type { NotificationActions } from './notification-actions.js';
import { actorsText, typeName } from './notification-words.js';
import { RelativeTime } from './RelativeTime.js';
import { SnoozeChoices } from './SnoozeChoices.js';
import { absoluteTime } from './time.js';
import { useStrings } from './translator.js';

/** What is shown below a row. */
export type Below = 'details' | 'snooze' | null;

interface Props {
  notification: Notification;
  position: number;
  /** How many there are; -1 while that is not known. */
  total: number;
  active: boolean;
  selected: boolean;
  below: Below;
  actions: NotificationActions;
  watch: (element: HTMLElement) => () => void;
}

export const NotificationRow = memo(function NotificationRow(props: Props) {
  const { notification, position, total, active, selected, below, actions, watch } = props;
  const trans = useStrings();
  const article = useRef<HTMLElement>(null);
  // What can be done is drawn where a hand or the focus is: thousands of rows go by without.
  const [hovered, setHovered] = useState(false);
  const isAtHand = hovered || active || selected || below !== null;
  useEffect(() => (article.current ? watch(article.current) : undefined), [watch]);
  const { id, read, title, message, type } = notification;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles the keys of all its rows.
    <article
      ref={article}
      className="jrt-notification"
      data-jrt-notification={id}
      data-jrt-read={read}
      data-jrt-selected={selected}
      tabIndex={active ? 0 : -1}
      aria-posinset={position}
      aria-setsize={total}
      aria-label={spokenText(notification, actions.me, trans)}
      onFocus={() => actions.onActive(id)}
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
      onClick={event => actions.onClick(id, event)}
    >
      {isAtHand && (
        <input
          type="checkbox"
          className="jrt-notification-check"
          tabIndex={active ? 0 : -1}
          checked={selected}
          aria-label={trans.__('Select: %1', title)}
          title={trans.__('Select (x)')}
          onClick={event => event.stopPropagation()}
          onChange={() => actions.onSelect(id)}
        />
      )}
      <span className="jrt-notification-type" title={typeName(type, trans)}>
        <TypeIcon type={type} />
      </span>
      <span className="jrt-notification-title">{title}</span>
      {!read && <span className="jrt-notification-dot" aria-hidden="true" />}
      {message !== '' && below !== 'details' && (
        <span className="jrt-notification-message">{message}</span>
      )}
      <span className="jrt-notification-foot">
        <Facts notification={notification} me={actions.me} />
        {isAtHand && (
          <Buttons notification={notification} active={active} below={below} actions={actions} />
        )}
      </span>
      {below === 'details' && <NotificationDetails notification={notification} actions={actions} />}
      {below === 'snooze' && (
        <SnoozeChoices
          onChoose={until => actions.onSnooze([id], until)}
          onClose={() => actions.onBelow(id, null)}
        />
      )}
    </article>
  );
}, isSameRow);

/** That it was seen shows nowhere, and comes to hundreds at once. */
function isSameRow(
  { notification: one, ...before }: Props,
  { notification: other, ...now }: Props,
) {
  const isSame =
    one === other ||
    (one.id === other.id &&
      one.seq === other.seq &&
      one.updated_at === other.updated_at &&
      one.read === other.read &&
      one.archived === other.archived &&
      one.snoozed_until === other.snoozed_until);
  const names = Object.keys(now) as (keyof typeof now)[];
  return isSame && names.every(name => before[name] === now[name]);
}

function spokenText(
  notification: Notification,
  me: string | null,
  trans: ReturnType<typeof useStrings>,
): string {
  const { read, type, title, updated_at } = notification;
  const who = actorsText(notification, me, trans);
  return [
    read ? '' : trans.__('Unread'),
    typeName(type, trans),
    title,
    who,
    absoluteTime(Date.parse(updated_at)),
  ]
    .filter(words => words !== '')
    .join(', ');
}

function Facts({ notification, me }: { notification: Notification; me: string | null }) {
  const trans = useStrings();
  const { count, snoozed_until, updated_at } = notification;
  const facts = [
    actorsText(notification, me, trans),
    count > 1 ? trans._n('%1 time', '%1 times', count) : '',
    snoozed_until === null
      ? ''
      : trans.__('snoozed until %1', absoluteTime(Date.parse(snoozed_until))),
  ].filter(words => words !== '');
  return (
    <span className="jrt-notification-facts">
      {facts.map(words => `${words} · `).join('')}
      <RelativeTime iso={updated_at} nested />
    </span>
  );
}

interface ButtonsProps {
  notification: Notification;
  active: boolean;
  below: Below;
  actions: NotificationActions;
}

function Buttons({ notification, active, below, actions }: ButtonsProps) {
  const trans = useStrings();
  const { id, read, archived, snoozed_until } = notification;
  const tab = active ? 0 : -1;
  const isAway = snoozed_until !== null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is pressed in it is no press on the row.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above.
    <span className="jrt-notification-buttons" onClick={event => event.stopPropagation()}>
      <Tool
        icon={read ? 'unread' : 'check'}
        label={read ? trans.__('Mark as unread') : trans.__('Mark as read')}
        keys="u"
        tab={tab}
        onClick={() => actions.onRead(id, !read)}
      />
      <Tool
        icon={isAway ? 'wake' : 'clock'}
        label={isAway ? trans.__('Wake now') : trans.__('Snooze…')}
        keys="s"
        tab={tab}
        expanded={isAway ? undefined : below === 'snooze'}
        onClick={() =>
          isAway ? actions.onWake([id]) : actions.onBelow(id, below === 'snooze' ? null : 'snooze')
        }
      />
      <Tool
        icon={archived ? 'restore' : 'archive'}
        label={archived ? trans.__('Move to the inbox') : trans.__('Archive')}
        keys="e"
        tab={tab}
        onClick={() => actions.onArchive([id], !archived)}
      />
      <Tool
        icon="question"
        label={trans.__('Details: why this?')}
        keys="w"
        tab={tab}
        expanded={below === 'details'}
        onClick={() => actions.onBelow(id, below === 'details' ? null : 'details')}
      />
    </span>
  );
}

interface ToolProps {
  icon: Parameters<typeof Icon>[0]['name'];
  label: string;
  keys: string;
  tab: number;
  expanded?: boolean | undefined;
  onClick: () => void;
}

function Tool({ icon, label, keys, tab, expanded, onClick }: ToolProps) {
  return (
    <button
      type="button"
      className="jrt-icon-button"
      aria-label={label}
      aria-expanded={expanded}
      title={`${label} (${keys})`}
      tabIndex={tab}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
