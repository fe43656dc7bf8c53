import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** What the tests of every package share. A package's own settings are merged over it. */
const shared: ViteUserConfig = defineConfig({
  test: {
    dir: 'src',
    // A test fails by what it sees, never by how busy the machine is: these only end what hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
export default shared;
