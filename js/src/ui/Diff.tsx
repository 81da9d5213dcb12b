/** A change of code, line by line; long lines wrap, so that nothing has to be scrolled. */

import type { DiffLine } from '../core/fixes.js';
import { useStrings } from './translator.js';

const SIGNS: Record<DiffLine['kind'], string> = { same: ' ', removed: '−', added: '+' };

export function Diff({ lines }: { lines: readonly DiffLine[] }) {
  const trans = useStrings();
  const spoken = { same: '', removed: trans.__('Removed'), added: trans.__('Added') };
  return (
    <pre className="jrt-diff">
      {lines.map(({ kind, number, text }) => (
        <span key={`${kind} ${number}`} className={`jrt-diff-${kind}`}>
          {spoken[kind] && <span className="jrt-hidden">{spoken[kind]}: </span>}
          <span aria-hidden="true">{SIGNS[kind]} </span>
          {text}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
