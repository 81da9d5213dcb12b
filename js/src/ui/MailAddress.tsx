/** Where mail goes, and whether the address was confirmed. */

import { type FormEvent, useState } from 'react';

import type { Preferences } from '../core/preferences.js';
import { type Strings, useStrings } from './translator.js';

interface Props {
  email: NonNullable<Preferences['email']> | null;
  onChange: (address: string | null) => Promise<void>;
}

export function MailAddress({ email, onChange }: Props) {
  const trans = useStrings();
  const [written, setWritten] = useState<string | null>(null);
  const address = written ?? email?.address ?? '';
  const isNew = address.trim() !== (email?.address ?? '');
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (isNew) {
      void onChange(address.trim() || null).then(
        () => setWritten(null),
        // The page says why; what was written stays in the field.
        () => undefined,
      );
    }
  };
  return (
    <>
      <form className="jrt-prefs-line" onSubmit={send}>
        <input
          type="email"
          className="jrt-search jrt-mail"
          aria-label={trans.__('Your mail address')}
          placeholder="you@example.org"
          value={address}
          onChange={event => setWritten(event.currentTarget.value)}
        />
        <button type="submit" className="jrt-button jrt-button-small" aria-disabled={!isNew}>
          {trans.__('Save')}
        </button>
      </form>
      <p className="jrt-note" role="status">
        {addressText(email, trans)}
      </p>
    </>
  );
}

function addressText(email: Props['email'], trans: Strings): string {
  if (email === null) {
    return trans.__('Without an address no mail is sent to you.');
  }
  if (email.confirmed) {
    return trans.__('Confirmed: mail is sent there.');
  }
  const open = trans.__(
    'Not confirmed yet. Open the link in the mail that was sent to %1.',
    email.address,
  );
  return email.in_use === null
    ? open
    : `${open} ${trans.__('Until then mail goes to %1.', email.in_use)}`;
}
