/** How I want to be told, on one page: each change is saved at once, and says so. */

import type { ReactNode } from 'react';
import type { StoreApi } from 'zustand/vanilla';

import type { ConnectionState } from '../core/connection.js';
import type { Muted } from '../core/muted.js';
import type { PreferenceBook, Preferences, PreferencesView } from '../core/preferences.js';
import type { Push } from '../core/push.js';
import { Connected } from './Connected.js';
import { errorText } from './error-words.js';
import { useFollow, useStore } from './hooks.js';
import { Icon } from './icons.js';
import { ErrorFace } from './LiveFace.js';
import { MailAddress } from './MailAddress.js';
import { PreferenceMutes } from './PreferenceMutes.js';
import { PreferenceReset } from './PreferenceReset.js';
import { PreferenceTable, settledText } from './PreferenceTable.js';
import { PreferenceTimes } from './PreferenceTimes.js';
import { PushHere } from './PushHere.js';
import { clockTime } from './time.js';
import { type Strings, useStrings } from './translator.js';

export interface PreferencesProps {
  connection: StoreApi<ConnectionState>;
  book: PreferenceBook;
  /** What the ids of mutes mean. */
  names: (ids: readonly string[]) => Promise<ReadonlyMap<string, Muted>>;
  /** Pushes in this browser; null where the page can't see to them. */
  push?: Push | null;
  /** To where it was opened from; null where it stands alone. */
  onBack?: (() => void) | null;
}

export function PreferencesPanel(props: PreferencesProps) {
  const connection = useStore(props.connection);
  const view = useStore(props.book.store);
  useFollow(() => props.book.follow(), 'preferences');
  return (
    <Connected state={connection}>
      <div className="jrt-root jrt-prefs" data-jrt-preferences="">
        <Head view={view} onBack={props.onBack ?? null} />
        <Failure view={view} book={props.book} />
        <Stale state={connection} view={view} />
        {view.shown === null ? (
          <Face state={connection} error={view.error} onRetry={() => void props.book.load()} />
        ) : (
          <Sections {...props} shown={view.shown} />
        )}
      </div>
    </Connected>
  );
}

function Head({ view, onBack }: { view: PreferencesView; onBack: (() => void) | null }) {
  const trans = useStrings();
  return (
    <div className="jrt-prefs-head">
      {onBack && (
        <button
          type="button"
          className="jrt-icon-button"
          aria-label={trans.__('Back to the notifications')}
          title={trans.__('Back to the notifications')}
          onClick={onBack}
        >
          <Icon name="back" />
        </button>
      )}
      <h2>{trans.__('Notification preferences')}</h2>
      <span className="jrt-prefs-saved" role="status">
        {savedText(view, trans)}
      </span>
    </div>
  );
}

function savedText({ saving, saved, failed }: PreferencesView, trans: Strings): string {
  if (saving) {
    return trans.__('Saving…');
  }
  return saved > 0 && failed === null ? trans.__('Saved') : '';
}

/** What was not saved: it is as it was before, and can be tried again. */
function Failure({ view, book }: { view: PreferencesView; book: PreferenceBook }) {
  const trans = useStrings();
  return view.failed === null ? null : (
    <p className="jrt-banner" role="alert">
      {trans.__('Not saved: %1', errorText(view.failed.error, trans))}{' '}
      <button
        type="button"
        className="jrt-link"
        onClick={() => void book.retry().catch(() => undefined)}
      >
        {trans.__('Retry')}
      </button>{' '}
      <button type="button" className="jrt-link" onClick={() => book.forget()}>
        {trans.__('Leave it')}
      </button>
    </p>
  );
}

/** What is shown may be old. */
function Stale({ state, view }: { state: ConnectionState; view: PreferencesView }) {
  const trans = useStrings();
  return state.status === 'offline' && view.shown !== null ? (
    <p className="jrt-hint">
      {trans.__(
        'Offline since %1: nothing can be saved until the server answers.',
        clockTime(state.since),
      )}
    </p>
  ) : null;
}

interface FaceProps {
  state: ConnectionState;
  error: unknown;
  onRetry: () => void;
}

function Face({ state, error, onRetry }: FaceProps) {
  const trans = useStrings();
  if (state.status === 'absent' || state.status === 'refused') {
    return (
      <p className="jrt-face">{state.reason ?? trans.__('There is no connection to the server')}</p>
    );
  }
  if (state.status === 'offline') {
    return (
      <p className="jrt-face">
        {trans.__('Offline. Your preferences appear here once the server answers.')}
      </p>
    );
  }
  if (error === null) {
    return <p className="jrt-face">{trans.__('Loading your preferences…')}</p>;
  }
  return <ErrorFace words={errorText(error, trans)} onRetry={onRetry} />;
}

function Sections({ book, names, push = null, shown }: PreferencesProps & { shown: Preferences }) {
  const trans = useStrings();
  // What was not saved is told by the store.
  const settle = (done: Promise<void>) => void done.catch(() => undefined);
  return (
    <div className="jrt-prefs-scroller">
      <div className="jrt-prefs-body">
        <Section title={trans.__('What comes by which way')}>
          <PreferenceTable
            preferences={shown}
            onMode={(category, channel, mode) => settle(book.setMode(category, channel, mode))}
          />
          {settledText(shown, trans).map(words => (
            <p key={words} className="jrt-note">
              {words}
            </p>
          ))}
        </Section>
        {shown.channels?.email && (
          <Section title={trans.__('Mail goes to')}>
            <MailAddress email={shown.email ?? null} onChange={email => book.change({ email })} />
          </Section>
        )}
        {shown.channels?.push && (
          <Section title={trans.__('Pushes')}>
            {push === null ? <PushElsewhere /> : <PushHere push={push} />}
          </Section>
        )}
        <PreferenceTimes preferences={shown} onChange={change => settle(book.change(change))} />
        <PreferenceMutes
          mutes={shown.mutes}
          names={names}
          onMute={id => settle(book.mute(id))}
          onUnmute={id => settle(book.unmute(id))}
        />
        <PreferenceReset book={book} />
      </div>
    </div>
  );
}

/** A page of another server takes no pushes of ours. */
function PushElsewhere() {
  const trans = useStrings();
  return (
    <p className="jrt-note">
      {trans.__(
        'They are turned on in each browser that is to take them: there, open Notification Preferences in the JupyterLab or Notebook of this server.',
      )}
    </p>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="jrt-prefs-section">
      <h3>{title}</h3>
      {children}
    </section>
  );
}
