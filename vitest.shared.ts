import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** What the tests of every package share. A package's own settings are merged over it. */
const shared: ViteUserConfig = defineConfig({
  // Without this the compiled copies in dist run as well.
  test: { dir: 'src' },
});
export default shared;
