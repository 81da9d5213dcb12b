/** The names of severities. */

import type { Severity } from './issue-rows.js';
import type { Strings } from './translator.js';

export function severityName(severity: Severity, trans: Strings): string {
  switch (severity) {
    case 'critical':
      return trans.__('Critical');
    case 'high':
      return trans.__('High');
    case 'medium':
      return trans.__('Medium');
    case 'low':
      return trans.__('Low');
    case 'info':
      return trans.__('Info');
  }
}
