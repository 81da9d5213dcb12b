/** What can be done with comments, as small drawings. */

import { Drawing } from './icons.js';

const PATHS = {
  comment: 'M2 2.5h12v9H7.8L4.5 14.3v-2.8H2zm1.3 1.3v6.4h2.5v1.3l1.5-1.3h5.4V3.8z',
  eye: 'M8 3.5c3.2 0 5.7 2.2 7 4.5-1.3 2.3-3.8 4.5-7 4.5S2.3 10.3 1 8c1.3-2.3 3.8-4.5 7-4.5zm0 1.3C5.7 4.8 3.7 6.2 2.5 8c1.2 1.8 3.2 3.2 5.5 3.2s4.3-1.4 5.5-3.2C12.3 6.2 10.3 4.8 8 4.8zm0 1.1a2.1 2.1 0 1 1 0 4.2 2.1 2.1 0 0 1 0-4.2z',
  suggest:
    'M3 2h6.5L13 5.5V14H3zm1.3 1.3v9.4h7.4V6.1L8.9 3.3zM7.35 5h1.3v1.7h1.7V8h-1.7v1.7h-1.3V8h-1.7V6.7h1.7zM5.65 10.4h4.7v1.3h-4.7z',
  pencil: 'M11.3 2.2 13.8 4.7 6 12.5l-3.3.8.8-3.3zm0 1.9L4.7 10.7l-.3 1 1-.3 6.6-6.6z',
  trash: 'M6 2h4v1.2h3.5v1.3h-11V3.2H6zM3.5 5.5h9l-.6 8.5H4.1zm1.4 1.3.4 5.9h5.4l.4-5.9z',
  smile:
    'M8 1.7a6.3 6.3 0 1 1 0 12.6A6.3 6.3 0 0 1 8 1.7zM8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3zM5.3 6.2a.9.9 0 1 1 1.8 0 .9.9 0 0 1-1.8 0zm3.6 0a.9.9 0 1 1 1.8 0 .9.9 0 0 1-1.8 0zM4.8 9h1.4a1.9 1.9 0 0 0 3.6 0h1.4a3.2 3.2 0 0 1-6.4 0z',
} as const;

export function CommentIcon({ name }: { name: keyof typeof PATHS }) {
  return <Drawing path={PATHS[name]} className="jrt-icon" />;
}
