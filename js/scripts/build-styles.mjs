// Puts JupyterLab's style sheet into one file, without what only people read.
import { writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const TARGET = 'lib/style';

await build({
  entryPoints: ['style/index.css'],
  outfile: `${TARGET}/index.css`,
  bundle: true,
  minify: true,
  target: 'es2022',
  logLevel: 'info',
});
await writeFile(`${TARGET}/index.js`, "import './index.css';\n");
