/** The icon of everything about analyses: a magnifying glass over a line of code. */

import { LabIcon } from '@jupyterlab/ui-components';

const DRAWING = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <path d="M10.5 3a7.5 7.5 0 0 1 5.9 12.1l4.6 4.6-1.4 1.4-4.6-4.6A7.5 7.5 0 1 1 10.5 3zm0 2a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11z"/>
    <path d="M7 9.9h2l1.3-2.6 1.7 5 1-2.4h1.5v1.5h-.6l-2 4.1-1.7-4.9-.3.8H7z"/>
  </g>
</svg>`;

export const analysisIcon = new LabIcon({ name: 'jupyter-realtime:analysis', svgstr: DRAWING });
