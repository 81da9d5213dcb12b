import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As others import it: the examples of the documentation do.
  resolve: { alias: { 'jupyter-realtime': new URL('./src/index.ts', import.meta.url).pathname } },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'] },
});
