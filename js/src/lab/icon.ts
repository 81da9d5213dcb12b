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

const TEAM = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="M9 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zm0 2a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm7 0a3.500 3.500 0 0 1 0 7v-2a1.500 1.500 0 0 0 0-3zM9 13.500c3.900 0 7 2 7 4.500v2H2v-2c0-2.500 3.100-4.500 7-4.500zm0 2c-2.900 0-5 1.300-5 2.500h10c0-1.200-2.100-2.500-5-2.500zm8.500-.9c2.700.5 4.500 2 4.500 3.900V20h-4v-2h2c-.3-.8-1.400-1.400-2.800-1.700z"/>
</svg>`;

export const teamIcon = new LabIcon({ name: 'jupyter-realtime:team', svgstr: TEAM });

const COMMENT = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" fill-rule="evenodd" d="M3 4h18v13.5H11.5L6.5 21.700v-4.200H3zm2 2v9.500h3.500v2l2.500-2h8V6zm2.500 2.500h9v1.500h-9zm0 3h6v1.500h-6z"/>
</svg>`;

export const commentIcon = new LabIcon({ name: 'jupyter-realtime:comment', svgstr: COMMENT });
