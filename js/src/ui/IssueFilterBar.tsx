/** Which issues are shown: a chip for each severity, and a search. */

import type { Counts } from '../core/protocol.js';
import { SeverityIcon } from './icons.js';
import { type IssueFilter, SEVERITIES, type Severity } from './issue-rows.js';
import { severityName } from './severity.js';
import { useStrings } from './translator.js';

interface Props {
  counts: Counts;
  filter: IssueFilter;
  onChange: (filter: IssueFilter) => void;
}

function toggled(hidden: ReadonlySet<Severity>, severity: Severity): ReadonlySet<Severity> {
  const next = new Set(hidden);
  if (!next.delete(severity)) {
    next.add(severity);
  }
  return next;
}

function Chip({ severity, counts, filter, onChange }: Props & { severity: Severity }) {
  const trans = useStrings();
  const name = severityName(severity, trans);
  const shown = !filter.hidden.has(severity);
  const number = new Intl.NumberFormat().format(counts[severity]);
  return (
    <button
      type="button"
      className={counts[severity] ? 'jrt-chip' : 'jrt-chip jrt-chip-none'}
      aria-pressed={shown}
      aria-label={trans.__('%1: %2', name, number)}
      title={
        shown ? trans.__('%1: %2, shown', name, number) : trans.__('%1: %2, hidden', name, number)
      }
      onClick={() => onChange({ ...filter, hidden: toggled(filter.hidden, severity) })}
    >
      <SeverityIcon severity={severity} />
      <span className="jrt-count-number">{compact(counts[severity])}</span>
    </button>
  );
}

/** As short as a chip is narrow; its title has the whole number. */
function compact(number: number): string {
  return new Intl.NumberFormat(undefined, { notation: 'compact' }).format(number);
}

export function IssueFilterBar(props: Props) {
  const trans = useStrings();
  const { filter, onChange } = props;
  return (
    <div className="jrt-filter">
      <fieldset className="jrt-chips" aria-label={trans.__('Severities')}>
        {SEVERITIES.map(severity => (
          <Chip key={severity} severity={severity} {...props} />
        ))}
      </fieldset>
      <input
        type="search"
        className="jrt-search"
        placeholder={trans.__('Filter issues')}
        aria-label={trans.__('Filter issues')}
        value={filter.text}
        onChange={event => onChange({ ...filter, text: event.currentTarget.value })}
      />
    </div>
  );
}
