/** The whole centre: which notifications, and the content of that box. */

import { type KeyboardEvent, useRef, useState } from 'react';
import type { StoreApi } from 'zustand/vanilla';

import type { ConnectionState } from '../core/connection.js';
import type { Query } from '../core/notifications.js';
import { Banner, Hint } from './Banner.js';
import { Connected } from './Connected.js';
import { ConnectionDot } from './ConnectionDot.js';
import { useFollow, useStore } from './hooks.js';
import { Icon } from './icons.js';
import { type ContentProps, NotificationContent } from './NotificationContent.js';
import { boxName } from './notification-words.js';
import { useStrings } from './translator.js';

export interface CenterProps extends ContentProps {
  /** The version of this page's part. */
  version: string;
  connection: StoreApi<ConnectionState>;
  wake: () => void;
}

const BOXES: readonly Query['box'][] = ['inbox', 'unread', 'snoozed', 'archived', 'all'];
const INBOX: Query = { box: 'inbox' };

export function NotificationCenter(props: CenterProps) {
  const connection = useStore(props.connection);
  const { unread, denied } = useStore(props.notifications.store);
  const [query, setQuery] = useState<Query>(INBOX);
  useFollow(() => props.notifications.follow(), 'notifications');
  // The banner says why; there is nothing to choose from, or to look for.
  const isClosed =
    unread === null && (connection.status === 'absent' || connection.status === 'refused');
  // Wherever the focus is: the row that it was on may have gone with what is to be undone.
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const isWriting = (event.target as HTMLElement).closest('input, select, textarea') !== null;
    if (event.key === 'z' && isPlain && !isWriting) {
      event.preventDefault();
      void props.notifications.undo();
    }
  };
  return (
    <Connected state={connection}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a short cut; LastAct has the button. */}
      <div
        className="jrt-root jrt-panel jrt-center"
        data-jrt-notifications=""
        data-jrt-closed={isClosed || undefined}
        onKeyDown={onKeyDown}
      >
        <Banner state={connection} version={props.version} />
        <Hint state={connection} />
        <Head {...props} state={connection} unread={unread} query={query} />
        {!isClosed && (
          <>
            <Boxes query={query} unread={unread} onChoose={box => setQuery({ ...query, box })} />
            {denied === null ? (
              <NotificationContent
                {...props}
                state={connection}
                query={query}
                setQuery={setQuery}
              />
            ) : (
              <p className="jrt-face">{denied}</p>
            )}
          </>
        )}
      </div>
    </Connected>
  );
}

type HeadProps = CenterProps & {
  state: ConnectionState;
  unread: number | null;
  query: Query;
};

function Head({ notifications, openPreferences, state, wake, unread, query }: HeadProps) {
  const trans = useStrings();
  const { category, project } = query;
  const nothing = !unread;
  const label = category || project ? trans.__('Mark these as read') : trans.__('Mark all as read');
  return (
    <div className="jrt-center-head">
      <h2 className="jrt-center-title">{trans.__('Notifications')}</h2>
      <button
        type="button"
        className="jrt-icon-button"
        aria-disabled={nothing}
        aria-label={label}
        title={nothing ? trans.__('Nothing is unread') : label}
        onClick={nothing ? undefined : () => void notifications.readAll({ category, project })}
      >
        <Icon name="checks" />
      </button>
      {openPreferences && (
        <button
          type="button"
          className="jrt-icon-button"
          aria-label={trans.__('Preferences')}
          title={trans.__('How you want to be told')}
          onClick={openPreferences}
        >
          <Icon name="gear" />
        </button>
      )}
      <ConnectionDot state={state} onWake={wake} />
    </div>
  );
}

interface BoxesProps {
  query: Query;
  unread: number | null;
  onChoose: (box: Query['box']) => void;
}

function Boxes({ query, unread, onChoose }: BoxesProps) {
  const trans = useStrings();
  const group = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step !== undefined) {
      const at = (BOXES.indexOf(query.box) + step + BOXES.length) % BOXES.length;
      onChoose(BOXES[at] ?? 'inbox');
      group.current?.querySelectorAll<HTMLElement>('[role=radio]')[at]?.focus();
    }
  };
  return (
    <div
      ref={group}
      role="radiogroup"
      className="jrt-boxes"
      aria-label={trans.__('Which notifications')}
      onKeyDown={onKeyDown}
    >
      {BOXES.map(box => {
        const isChosen = box === query.box;
        const name = boxName(box, trans);
        const count = box === 'unread' && unread ? new Intl.NumberFormat().format(unread) : '';
        return (
          // biome-ignore lint/a11y/useSemanticElements: a segmented control, as elsewhere here.
          <button
            key={box}
            type="button"
            role="radio"
            className="jrt-box"
            aria-checked={isChosen}
            aria-label={count === '' ? name : `${name}, ${count}`}
            data-jrt-box={box}
            tabIndex={isChosen ? 0 : -1}
            onClick={() => onChoose(box)}
          >
            {name}
            {count !== '' && <span className="jrt-badge">{count}</span>}
          </button>
        );
      })}
    </div>
  );
}
