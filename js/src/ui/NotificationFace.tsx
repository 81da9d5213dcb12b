/** What the list of notifications says where it has nothing to show, or may be old. */

import type { ConnectionState } from '../core/connection.js';
import type { Box, ListView } from '../core/notifications.js';
import { Icon } from './icons.js';
import { LiveFace, NoMatchFace } from './LiveFace.js';
import { emptyText } from './notification-words.js';
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
  return (
    <LiveFace
      {...{ state, onRetry }}
      loaded={list.loaded}
      loading={list.loading}
      error={list.error}
      hasRows={list.items.length > 0}
      waiting={trans.__('Offline. Your notifications appear here once the server answers.')}
      looking={trans.__('Loading notifications…')}
    >
      <NothingFace {...props} />
    </LiveFace>
  );
}

function NothingFace({ box, isFiltered, onClear }: Props) {
  const trans = useStrings();
  if (isFiltered) {
    return <NoMatchFace onClear={onClear} />;
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
