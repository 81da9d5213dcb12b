/** A change that somebody suggests: what would go, what would come, and *Apply*. */

import { diffLines } from '../core/fixes.js';
import { useAttempt } from './attempt.js';
import { Diff } from './Diff.js';
import { Problem } from './Problem.js';
import { useStrings } from './translator.js';

interface Props {
  /** What it would take the place of. */
  original: string;
  text: string;
  /** Whether the code still reads like that; null: its document isn't open, so that nobody knows. */
  fits: boolean | null;
  onApply: ((text: string) => Promise<void>) | null;
}

export function Suggestion({ original, text, fits, onApply }: Props) {
  const trans = useStrings();
  const { attempt, pending, problem } = useAttempt(fits);
  // The fence that ends a block stands on a line of its own.
  const wanted = text.replace(/\n$/, '');
  const isDisabled = fits !== true || pending;
  const why =
    fits === false
      ? trans.__('The code has changed since: apply it by hand')
      : trans.__('Open the document to apply it');
  return (
    <figure className="jrt-suggestion" aria-label={trans.__('Suggested change')}>
      <figcaption className="jrt-suggestion-head">
        {trans.__('Suggested change')}
        {onApply && (
          <button
            type="button"
            className="jrt-button jrt-button-small"
            aria-disabled={isDisabled}
            title={fits === true ? trans.__('Put it into the document') : why}
            onClick={isDisabled ? undefined : () => void attempt(() => onApply(wanted))}
          >
            {trans.__('Apply')}
          </button>
        )}
      </figcaption>
      <Diff lines={diffLines(original, wanted)} />
      {onApply && fits === false && <p className="jrt-note">{why}</p>}
      <Problem words={problem} />
    </figure>
  );
}
