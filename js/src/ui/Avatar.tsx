/** A person as a small disc: their picture, else their initials on their colour. */

import { useState } from 'react';

import type { Actor } from '../core/protocol.js';

export type Face = Pick<Actor, 'display_name' | 'initials' | 'color' | 'avatar_url'> & {
  kind?: Actor['kind'];
};

export function Avatar({ of, title }: { of: Face; title?: string }) {
  const [isBroken, setIsBroken] = useState(false);
  const { avatar_url: url, color, initials, kind = 'human' } = of;
  const isPicture = url !== null && /^(https?:|\/)/.test(url) && !isBroken;
  return (
    <span
      className="jrt-avatar"
      aria-hidden="true"
      title={title}
      data-jrt-kind={kind}
      style={{ '--jrt-person': color } as Record<string, string>}
    >
      {isPicture ? (
        <img alt="" src={url} referrerPolicy="no-referrer" onError={() => setIsBroken(true)} />
      ) : (
        initials
      )}
    </span>
  );
}
