/** How many issues of each severity, live. */

import type { Counts } from '../core/protocol.js';
import { SeverityIcon } from './icons.js';
import { SEVERITIES } from './issue-rows.js';
import { severityName } from './severity.js';
import { useStrings } from './translator.js';

export function totalOf(counts: Counts): number {
  return SEVERITIES.reduce((sum, severity) => sum + counts[severity], 0);
}

interface Props {
  counts: Counts;
  /** Only those that there are: for what changes no more. */
  brief?: boolean;
}

/** All severities always have their place, so that nothing moves while issues arrive. */
export function SeverityCounts({ counts, brief = false }: Props) {
  const trans = useStrings();
  const format = new Intl.NumberFormat();
  const total = totalOf(counts);
  if (brief && total === 0) {
    return <p className="jrt-counts jrt-counts-none">{trans.__('No issues')}</p>;
  }
  const shown = brief ? SEVERITIES.filter(severity => counts[severity] > 0) : SEVERITIES;
  return (
    <ul className="jrt-counts" aria-label={trans._n('%1 issue', '%1 issues', total)}>
      {shown.map(severity => {
        const name = severityName(severity, trans);
        const number = format.format(counts[severity]);
        return (
          <li
            key={severity}
            className={counts[severity] ? 'jrt-count' : 'jrt-count jrt-count-none'}
            title={trans.__('%1: %2', name, number)}
          >
            <SeverityIcon severity={severity} />
            <span className="jrt-count-number">{number}</span>
            <span className="jrt-hidden">{name}</span>
          </li>
        );
      })}
    </ul>
  );
}
