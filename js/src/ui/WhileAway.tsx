/** What others did to a document while its reader was away. */

import type { ActivityItem } from '../core/activity.js';
import type { Missed } from '../core/away.js';
import { plain, sentence } from './activity-words.js';
import { Icon } from './icons.js';
import { RelativeTime } from './RelativeTime.js';
import { useStrings } from './translator.js';

interface Props {
  missed: Missed | null;
  open: (item: ActivityItem) => (() => void) | null;
  onSeen: () => void;
}

export function WhileAway({ missed, open, onSeen }: Props) {
  const trans = useStrings();
  return (
    <div role="status" className="jrt-away-place">
      {missed && (
        <section className="jrt-away" aria-label={trans.__('While you were away')} data-jrt-away="">
          <div className="jrt-away-head">
            <strong>{trans.__('While you were away from this document')}</strong>
            <button
              type="button"
              className="jrt-icon-button"
              aria-label={trans.__('Seen')}
              title={trans.__('Seen')}
              onClick={onSeen}
            >
              <Icon name="check" />
            </button>
          </div>
          <ul>
            {missed.items.map(item => (
              <Line key={item.id} item={item} go={open(item)} />
            ))}
          </ul>
          {missed.hasMore && <p className="jrt-note">{trans.__('And more, before that')}</p>}
        </section>
      )}
    </div>
  );
}

function Line({ item, go }: { item: ActivityItem; go: (() => void) | null }) {
  const words = plain(sentence(item, useStrings()));
  return (
    <li>
      {go === null ? (
        <span>{words}</span>
      ) : (
        <button type="button" className="jrt-away-line" onClick={go}>
          {words}
        </button>
      )}
      <RelativeTime iso={item.time} nested />
    </li>
  );
}
