/** What the list of notifications says where it has nothing to show, or may be old. */

import type { ConnectionState } from '../core/connection.js';
import type { Box, ListView } from '../core/notifications.js';
import { errorText } from './error-words.js';
import { Icon } from './icons.js';
import { emptyText } from './notification-words.js';
import { clockTime } from './time.js';
import { useStrings } from './translator.js';

interface Props {
  list: ListView;
  box: Box;
  isFiltered: boolean;
  state: ConnectionState;
  onClear: () => void;
  onRetry: () => void;
}

export function NotificationFace(props: Props) {
  const { list, state, onRetry } = props;
  const trans = useStrings();
  if (state.status === 'absent' || state.status === 'refused') {
    // The banner says why.
    return null;
  }
  if (state.status === 'offline') {
    return (
      <p className="jrt-face jrt-face-stale" role="status">
        {list.loaded
          ? trans.__('Offline: this is as of %1.', clockTime(state.since))
          : trans.__('Offline. Your notifications appear here once the server answers.')}
      </p>
    );
  }
  if (list.error !== null) {
    return (
      <p className="jrt-face jrt-face-error" role="alert">
        {trans.__('Not loaded: %1', errorText(list.error, trans))}{' '}
        <button type="button" className="jrt-link" onClick={onRetry}>
          {trans.__('Retry')}
        </button>
      </p>
    );
  }
  if (list.items.length > 0) {
    return null;
  }
  if (!list.loaded || list.loading) {
    return <p className="jrt-face jrt-face-loading">{trans.__('Loading notifications…')}</p>;
  }
  return <NothingFace {...props} />;
}

function NothingFace({ box, isFiltered, onClear }: Props) {
  const trans = useStrings();
  if (isFiltered) {
    return (
      <p className="jrt-face">
        {trans.__('Nothing matches this filter')}{' '}
        <button type="button" className="jrt-link" onClick={onClear}>
          {trans.__('Clear filter')}
        </button>
      </p>
    );
  }
  const { title, words } = emptyText(box, trans);
  return (
    <div className="jrt-face jrt-face-start" data-jrt-empty={box}>
      <p className={box === 'unread' ? 'jrt-face-title jrt-face-good' : 'jrt-face-title'}>
        {box === 'unread' && <Icon name="check" />}
        {title}
      </p>
      <p>{words}</p>
    </div>
  );
}
