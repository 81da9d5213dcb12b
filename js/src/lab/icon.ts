/** Our icons: analyses have a magnifying glass over a line of code, notifications a bell. */

import { LabIcon } from '@jupyterlab/ui-components';

const DRAWING = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <path d="M10.5 3a7.5 7.5 0 0 1 5.9 12.1l4.6 4.6-1.4 1.4-4.6-4.6A7.5 7.5 0 1 1 10.5 3zm0 2a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11z"/>
    <path d="M7 9.9h2l1.3-2.6 1.7 5 1-2.4h1.5v1.5h-.6l-2 4.1-1.7-4.9-.3.8H7z"/>
  </g>
</svg>`;

export const analysisIcon = new LabIcon({ name: 'jupyter-realtime:analysis', svgstr: DRAWING });

const BELL = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="M12 2.500a1.500 1.500 0 0 1 1.500 1.500v.6A6 6 0 0 1 18 10.400v4.300l1.700 2.300v1H4.300v-1L6 14.700v-4.300a6 6 0 0 1 4.500-5.800V4A1.500 1.500 0 0 1 12 2.500zm0 3.900a4 4 0 0 0-4 4v5l-.5.6h9l-.5-.6v-5a4 4 0 0 0-4-4zM9.800 19.200h4.400a2.200 2.200 0 0 1-4.400 0z"/>
</svg>`;

export const bellIcon = new LabIcon({ name: 'jupyter-realtime:bell', svgstr: BELL });
