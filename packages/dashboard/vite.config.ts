import { defineConfig } from 'vite';

/** Builds the page into files that the server part serves; everything is in them, nothing comes from elsewhere. */
export default defineConfig({
  root: 'page',
  base: './',
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'es2023',
    // The policy of the server lets no inline script or data URL run, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Preact and uPlot want to be named where they are copied to.
    license: { fileName: 'licenses.md' },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
