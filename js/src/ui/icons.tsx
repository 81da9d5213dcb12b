/** Small drawings, told apart by their shape and not by their colour alone. */

import type { Notification } from '../core/notification-rows.js';
import type { Severity } from './issue-rows.js';

const SEVERITY_PATHS: Record<Severity, string> = {
  critical: 'M5 1h6l4 4v6l-4 4H5l-4-4V5zM7 4v5h2V4zm0 6v2h2v-2z',
  high: 'M8 1.5 15.5 15H.5zM7 6v4.5h2V6zm0 5.5v2h2v-2z',
  medium: 'M8 .8 15.2 8 8 15.2.8 8zM7 4.5V9h2V4.5zM7 10v2h2v-2z',
  low: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm-1 3v5h2V4zm0 6v2h2v-2z',
  info: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm-1 3v2h2V4zm0 3v5h2V7z',
};

const PATHS = {
  chevron: 'M6 4l4 4-4 4-1-1 3-3-3-3z',
  close: 'M4.3 3.3 8 7l3.7-3.7 1 1L9 8l3.7 3.7-1 1L8 9l-3.7 3.7-1-1L7 8 3.3 4.3z',
  again:
    'M8 3a5 5 0 1 0 4.9 6h-1.5A3.5 3.5 0 1 1 8 4.5c1 0 1.8.4 2.4 1L8.5 7.5H13V3l-1.5 1.5A5 5 0 0 0 8 3z',
  stop: 'M4 4h8v8H4z',
  play: 'M5 3v10l8-5z',
  check: 'M6.5 11.8 2.7 8l1-1 2.8 2.8 5.8-5.8 1 1z',
  cross: 'M4.3 3.3 8 7l3.7-3.7 1 1L9 8l3.7 3.7-1 1L8 9l-3.7 3.7-1-1L7 8 3.3 4.3z',
  dots: 'M3 7h2v2H3zm4 0h2v2H7zm4 0h2v2h-2z',
  dash: 'M3 7.2h10v1.6H3z',
  lock: 'M5 7V5a3 3 0 0 1 6 0v2h1v7H4V7zm1.5 0h3V5a1.5 1.5 0 0 0-3 0z',
  back: 'M9.5 3.5 5 8l4.5 4.5 1-1L7 8l3.5-3.5z',
  checks: 'M4.6 11.8 1 8.2l1-1 2.6 2.6 5.4-5.4 1 1zm4.6 0-1.3-1.3 1-1 .3.3 4.8-4.8 1 1z',
  unread: 'M8 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z',
  clock:
    'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zm0 1.4a4.6 4.6 0 1 0 0 9.2 4.6 4.6 0 0 0 0-9.2zM7.3 5h1.4v2.7l2 1.2-.7 1.2-2.7-1.6z',
  wake: 'M8 1.6a1 1 0 0 1 1 1 4 4 0 0 1 3 3.9v3l1.4 1.8v.7H2.6v-.7L4 9.5v-3a4 4 0 0 1 3-3.9 1 1 0 0 1 1-1zM6.5 13h3a1.5 1.5 0 0 1-3 0z',
  archive: 'M2 3h12v3.2H2zm1.4 1.3v.6h9.2v-.6zM2.8 7h10.4v6H2.8zm1.3 1.3v3.4h7.8V8.3zM6 9h4v1.3H6z',
  restore:
    'M2.8 7h3v1.3H4.1v3.4h7.8V8.3h-1.7V7h3v6H2.8zM8 1.8l3.2 3.2-1 1-1.5-1.5V10H7.3V4.5L5.8 6l-1-1z',
  question:
    'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zm0 1.4a4.6 4.6 0 1 0 0 9.2 4.6 4.6 0 0 0 0-9.2zM8 4.8c1.2 0 2.1.8 2.1 1.9 0 .9-.6 1.3-1 1.6-.4.3-.5.4-.5.8H7.3c0-1 .5-1.4 1-1.8.4-.3.6-.4.6-.7 0-.4-.4-.7-.9-.7s-.9.3-.9.8H5.8c0-1.1 1-1.9 2.2-1.9zM7.3 9.8h1.4v1.4H7.3z',
  funnel: 'M2 3h12v1.3L9.5 9v4.2l-3-1.5V9L2 4.3zm2 1.3L7.8 8.4v2.5l.4.2V8.4L12 4.3z',
  gear: 'M7 1.5h2l.3 1.6 1 .4 1.3-.9 1.4 1.4-.9 1.3.4 1 1.6.3v2l-1.6.3-.4 1 .9 1.3-1.4 1.4-1.3-.9-1 .4-.3 1.6H7l-.3-1.6-1-.4-1.3.9L3 11.2l.9-1.3-.4-1-1.6-.3v-2l1.6-.3.4-1L3 4l1.4-1.4 1.3.9 1-.4zM8 5.7a2.3 2.3 0 1 0 0 4.6 2.3 2.3 0 0 0 0-4.6z',
} as const;

export type IconName = keyof typeof PATHS;

/** One drawing of a name; for sets that not every bundle needs. */
export function Drawing({ path, className }: { path: string; className: string }) {
  return (
    <svg className={className} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path fillRule="evenodd" fill="currentColor" d={path} />
    </svg>
  );
}

export function Icon({ name }: { name: IconName }) {
  return <Drawing path={PATHS[name]} className="jrt-icon" />;
}

export function SeverityIcon({ severity }: { severity: Severity }) {
  return (
    <Drawing path={SEVERITY_PATHS[severity]} className={`jrt-icon jrt-severity-${severity}`} />
  );
}

/** What kind of thing somebody is told. */
const TYPES: Record<Notification['type'], { path: string; tone: string }> = {
  info: { path: SEVERITY_PATHS.info, tone: 'info' },
  success: {
    path: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM6.8 11.2l5-5-1.1-1.1-3.9 3.9-1.7-1.7L4 8.4z',
    tone: 'good',
  },
  warning: { path: SEVERITY_PATHS.high, tone: 'medium' },
  error: { path: SEVERITY_PATHS.critical, tone: 'high' },
};

export function TypeIcon({ type }: { type: Notification['type'] }) {
  const { path, tone } = TYPES[type];
  return <Drawing path={path} className={`jrt-icon jrt-severity-${tone}`} />;
}
