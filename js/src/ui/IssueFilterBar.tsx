/** Which issues are shown, and how they are grouped. */

import type { Counts } from '../core/protocol.js';
import { Choice } from './Choice.js';
import { SeverityIcon } from './icons.js';
import {
  type Grouping,
  type IssueFilter,
  SEVERITIES,
  type Severity,
  type StatusChoice,
} from './issue-rows.js';
import { severityName } from './severity.js';
import { useStrings } from './translator.js';

interface Props {
  counts: Counts;
  filter: IssueFilter;
  onChange: (filter: IssueFilter) => void;
  grouping: Grouping;
  onGroup: (grouping: Grouping) => void;
  detectors: readonly string[];
  /** The name of the baseline that the run was compared with. */
  baseline: string | null;
}

function toggled(hidden: ReadonlySet<Severity>, severity: Severity): ReadonlySet<Severity> {
  const next = new Set(hidden);
  if (!next.delete(severity)) {
    next.add(severity);
  }
  return next;
}

type ChipProps = Pick<Props, 'counts' | 'filter' | 'onChange'> & { severity: Severity };

function Chip({ severity, counts, filter, onChange }: ChipProps) {
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
      <Choices {...props} />
    </div>
  );
}

function Choices({ filter, onChange, grouping, onGroup, detectors, baseline }: Props) {
  const trans = useStrings();
  const statuses: [StatusChoice, string][] = [
    ['open', trans.__('Open')],
    ['new', trans.__('Only new')],
    ...(baseline === null
      ? []
      : [['since', trans.__('New since “%1”', baseline)] as [StatusChoice, string]]),
    ['dismissed', trans.__('Dismissed')],
    ['fixed', trans.__('Fixed')],
    ['all', trans.__('All statuses')],
  ];
  const groupings: [Grouping, string][] = [
    ['file', trans.__('By file and cell')],
    ['severity', trans.__('By severity')],
    ['rule', trans.__('By rule')],
  ];
  return (
    <div className="jrt-choices">
      <Choice
        label={trans.__('Status')}
        value={filter.status}
        options={statuses}
        onChange={status => onChange({ ...filter, status })}
      />
      <Choice
        label={trans.__('Detector')}
        value={filter.detector ?? ''}
        options={[
          ['', trans.__('All detectors')],
          ...detectors.map((name): [string, string] => [name, name]),
        ]}
        onChange={name => onChange({ ...filter, detector: name === '' ? null : name })}
      />
      <Choice
        label={trans.__('Grouping')}
        value={grouping}
        options={groupings}
        onChange={onGroup}
      />
    </div>
  );
}
