/** How threads look in editors, in the colours of JupyterLab's theme. */

import { EditorView } from '@codemirror/view';

const BUBBLE = "path('M1.5 1h11v8.5H7L3.5 12.6V9.5h-2z')";

export const COMMENTS_LOOK = EditorView.theme({
  '.jrt-commented': {
    borderBottom: '1px dashed var(--jp-brand-color1)',
  },
  '.jrt-commented[data-jrt-resolved="true"]': { borderBottomColor: 'transparent' },
  '.jrt-commented[data-jrt-shown="true"]': {
    background: 'color-mix(in srgb, var(--jp-brand-color1) 22%, transparent)',
    borderBottomStyle: 'solid',
  },
  '.jrt-comment-gutter': { width: '18px' },
  '.jrt-comment-mark': {
    position: 'relative',
    isolation: 'isolate',
    display: 'grid',
    placeItems: 'center',
    width: '16px',
    height: '16px',
    marginTop: '1px',
    padding: '0',
    border: '0',
    color: 'var(--jp-ui-inverse-font-color1)',
    background: 'none',
    font: '600 9px/1 var(--jp-ui-font-family)',
    cursor: 'pointer',
  },
  '.jrt-comment-mark::before': {
    content: '""',
    position: 'absolute',
    inset: '1px',
    zIndex: '-1',
    background: 'var(--jp-brand-color1)',
    clipPath: BUBBLE,
  },
  '.jrt-comment-mark > span': { paddingBottom: '3px' },
  '.jrt-comment-mark[data-jrt-resolved="true"]::before': {
    background: 'var(--jp-ui-font-color3)',
  },
  '.jrt-comment-mark:focus-visible': { outline: '2px solid var(--jp-brand-color1)' },
  '.cm-tooltip.jrt-here': { border: '0', background: 'none' },
  '@media (forced-colors: active)': {
    '.jrt-comment-mark::before': { background: 'Highlight', forcedColorAdjust: 'none' },
    '.jrt-commented[data-jrt-shown="true"]': { outline: '1px solid Highlight' },
  },
});
