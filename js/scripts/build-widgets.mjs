// Bundles each anywidget entry into one file: Preact stands in for React, styles are inlined.
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { build, transform } from 'esbuild';

const SOURCE = 'src/widgets';
const TARGET = '../jupyter_realtime/widgets/static';

const entryPoints = readdirSync(SOURCE)
  .filter(name => name.endsWith('.tsx') && !name.includes('.test.'))
  .map(name => `${SOURCE}/${name}`);

/** A style sheet is a text for the widget that puts it into its page, without what only people read. */
const styles = {
  name: 'styles',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), {
        loader: 'css',
        minify: true,
      });
      return { contents: code, loader: 'text' };
    });
  },
};

await build({
  entryPoints,
  outdir: TARGET,
  bundle: true,
  format: 'esm',
  minify: true,
  target: 'es2022',
  plugins: [styles],
  define: { 'process.env.NODE_ENV': '"production"' },
  alias: {
    react: 'preact/compat',
    'react-dom': 'preact/compat',
    'react-dom/client': 'preact/compat/client',
    'react/jsx-runtime': 'preact/jsx-runtime',
  },
  logLevel: 'info',
});
