/** Back to the defaults; the same button takes it back. */

import type { PreferenceBook } from '../core/preferences.js';
import { useStore } from './hooks.js';
import { useStrings } from './translator.js';

export function PreferenceReset({ book }: { book: PreferenceBook }) {
  const trans = useStrings();
  const { saving, taken } = useStore(book.store);
  const isUndoable = taken !== null;
  const press = () => {
    // What was not saved is told by the store.
    void (isUndoable ? book.undoReset() : book.reset()).catch(() => undefined);
  };
  return (
    <section className="jrt-prefs-section" data-jrt-reset="">
      <h3>{trans.__('Defaults')}</h3>
      <div className="jrt-prefs-line">
        {/* One button, so that the focus stays. */}
        <button
          type="button"
          className="jrt-button jrt-button-small"
          aria-disabled={saving}
          onClick={saving ? undefined : press}
        >
          {isUndoable ? trans.__('Undo') : trans.__('Back to the defaults')}
        </button>
        <span className="jrt-quiet" role="status">
          {isUndoable && trans.__('All is as by default again.')}
        </span>
      </div>
      <p className="jrt-note">
        {trans.__(
          'For what comes by which way, quiet hours, the digest and mutes. Your mail address and your time zone stay.',
        )}
      </p>
    </section>
  );
}
