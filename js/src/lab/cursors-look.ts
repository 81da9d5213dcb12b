/** How other people's cursors look: a thin line in their colour, whose name goes after a moment. */

import { EditorView } from '@codemirror/view';

/** Nearer to the colour of the text, so that it is seen on light and on dark ground. */
const SEEN = 'color-mix(in srgb, var(--jrt-person) 65%, var(--jp-content-font-color1))';

export const CURSORS_LOOK = EditorView.baseTheme({
  '.jrt-carets': { pointerEvents: 'none' },
  '.jrt-caret': {
    position: 'absolute',
    top: '0',
    left: '-1px',
    width: '2px',
    background: SEEN,
  },
  '.jrt-caret:not([data-jrt-name=""])::after': {
    content: 'attr(data-jrt-name)',
    position: 'absolute',
    insetBlockEnd: '100%',
    insetInlineStart: '0',
    maxWidth: '16em',
    padding: '0 4px',
    overflow: 'hidden',
    borderRadius: '3px 3px 3px 0',
    color: '#fff',
    background: 'var(--jrt-person)',
    fontFamily: 'var(--jp-ui-font-family, system-ui, sans-serif)',
    fontSize: '10px',
    lineHeight: '14px',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    animation: 'jrt-name-goes 400ms 1800ms ease-out both',
  },
  // Above the first line there is no room: what stands there would be cut off.
  '.jrt-caret[data-jrt-line="first"]::after': {
    insetBlockEnd: 'auto',
    insetBlockStart: '0',
    insetInlineStart: '2px',
    borderRadius: '0 3px 3px 3px',
  },
  '.jrt-selection-of': {
    position: 'absolute',
    background: `color-mix(in srgb, ${SEEN} 30%, transparent)`,
  },
  '@media (forced-colors: active)': {
    '.jrt-caret': { background: 'Highlight', forcedColorAdjust: 'none' },
  },
});
