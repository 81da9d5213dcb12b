// Bundles each anywidget entry into one file: Preact stands in for React, styles are inlined.
import { readdirSync } from 'node:fs';
import { build } from 'esbuild';

const SOURCE = 'src/widgets';
const TARGET = '../jupyter_realtime/widgets/static';

const entryPoints = readdirSync(SOURCE)
  .filter(name => name.endsWith('.tsx') && !name.includes('.test.'))
  .map(name => `${SOURCE}/${name}`);

await build({
  entryPoints,
  outdir: TARGET,
  bundle: true,
  format: 'esm',
  minify: true,
  target: 'es2022',
  loader: { '.css': 'text' },
  define: { 'process.env.NODE_ENV': '"production"' },
  alias: {
    react: 'preact/compat',
    'react-dom': 'preact/compat',
    'react-dom/client': 'preact/compat/client',
    'react/jsx-runtime': 'preact/jsx-runtime',
  },
  logLevel: 'info',
});
