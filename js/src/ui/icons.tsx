/** Small drawings, told apart by their shape and not by their colour alone. */

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
} as const;

export type IconName = keyof typeof PATHS;

function Drawing({ path, className }: { path: string; className: string }) {
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
