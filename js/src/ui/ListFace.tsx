/** What the issue list says where it has nothing to show, or not all. */

import type { IssueListProps } from './IssueList.js';
import { Icon } from './icons.js';
import { ErrorFace } from './LiveFace.js';
import { isFinished } from './progress-words.js';
import { useStrings } from './translator.js';

type Props = IssueListProps & {
  nothingMatches: boolean;
  /** Whether nothing is hidden but what is settled. */
  nothingOpen: boolean;
  onClear: () => void;
};

export type Face = 'error' | 'loading' | 'searching' | 'clean' | 'cut' | 'nothing-matches' | null;

export function faceOf(props: Omit<Props, 'onClear' | 'nothingOpen'>): Face {
  if (props.error !== null) {
    return 'error';
  }
  if (props.issues.length > 0) {
    return props.nothingMatches ? 'nothing-matches' : null;
  }
  if (!isFinished(props)) {
    return 'searching';
  }
  if (props.loading) {
    return 'loading';
  }
  return props.state === 'succeeded' ? 'clean' : 'cut';
}

export function ListFace(props: Props) {
  const trans = useStrings();
  const face = faceOf(props);
  switch (face) {
    case null:
      return null;
    case 'error':
      return <ErrorFace words={props.error ?? ''} onRetry={props.onRetry} />;
    case 'loading':
      return <p className="jrt-face">{trans.__('Loading issues…')}</p>;
    case 'searching':
      return <p className="jrt-face">{trans.__('Issues appear here as they are found.')}</p>;
    case 'cut':
      return <p className="jrt-face">{trans.__('No issues found before the run ended')}</p>;
    case 'clean':
      return (
        <p className="jrt-face jrt-face-good">
          <Icon name="check" />
          {trans.__('No issues found')}
        </p>
      );
    case 'nothing-matches':
      return (
        <p className="jrt-face">
          {props.nothingOpen
            ? trans.__('Nothing is open: all is dismissed or fixed.')
            : trans.__('Nothing matches this filter')}{' '}
          <button type="button" className="jrt-link" onClick={props.onClear}>
            {props.nothingOpen ? trans.__('Show all') : trans.__('Clear filter')}
          </button>
        </p>
      );
  }
}
