// Bundles the service worker into one file, which our server serves below its prefix.
import { build } from 'esbuild';

await build({
  entryPoints: ['src/sw.ts'],
  outfile: '../jupyter_realtime/server/static/sw.js',
  bundle: true,
  format: 'iife',
  minify: true,
  target: 'es2022',
  logLevel: 'info',
});
