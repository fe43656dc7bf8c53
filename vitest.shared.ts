import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** A test fails by what it sees, never by how busy the machine is: these only end what hangs. */
export const patience = {
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 60_000 } },
} as const;

/** What the tests of every package share. A package's own settings are merged over it. */
const shared: ViteUserConfig = defineConfig({
  // Packages of this repository are their sources, whatever NODE_ENV says: no build between a change and its test.
  ssr: { resolve: { conditions: ['node', 'development'] } },
  test: {
    dir: 'src',
    // Threads inherit it, so that they run the sources too.
    execArgv: [
      '--conditions=development',
      '--import',
      new URL('./scripts/lib/source-hooks.mjs', import.meta.url).href,
    ],
    // Files of a package share one module graph: loading it anew for each file took half of the processor time.
    isolate: false,
    ...patience,
  },
});
export default shared;
