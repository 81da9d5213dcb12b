/** How issues look in editors: the shapes of the issue list, in the colours of JupyterLab's theme. */

import { EditorView } from '@codemirror/view';

/** What is grave, what is less so, and what is only worth knowing, as CodeMirror tells them apart. */
const LOOKS = [
  ['error', 'var(--jp-error-color1)', 'polygon(50% 4%, 100% 96%, 0 96%)'],
  ['warning', 'var(--jp-warn-color1)', 'polygon(50% 0, 100% 50%, 50% 100%, 0 50%)'],
  ['info', 'var(--jp-info-color0)', 'circle(48%)'],
] as const;

const byKind = LOOKS.flatMap(([kind, color, shape]) => [
  // CodeMirror draws pictures with colours of their own, which are lost where colours are forced.
  [`.cm-lint-marker-${kind}`, { content: 'normal', background: color, clipPath: shape }],
  [
    `.cm-lintRange-${kind}`,
    {
      backgroundImage: 'none',
      textDecoration: `underline wavy 1px ${color}`,
      textDecorationSkipInk: 'none',
    },
  ],
  [`.cm-diagnostic-${kind}`, { borderInlineStartColor: color }],
]);

export const MARKS_LOOK = EditorView.theme({
  '.cm-gutter-lint': { width: '1em' },
  '.cm-lint-marker': { width: '0.8em', height: '0.8em' },
  ...Object.fromEntries(byKind),
  '.cm-diagnosticSource': { fontSize: '11px' },
  '.cm-diagnosticAction': {
    padding: '1px 8px',
    border: '1px solid var(--jp-border-color1)',
    borderRadius: '3px',
    color: 'var(--jp-ui-font-color1)',
    background: 'none',
  },
  '.cm-diagnosticAction:hover': { background: 'var(--jp-layout-color2)' },
  '@media (forced-colors: active)': {
    '.cm-lint-marker': { background: 'CanvasText', forcedColorAdjust: 'none' },
  },
});
