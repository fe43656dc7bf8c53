import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Without this the compiled copies in dist run as well.
    dir: 'src',
    // Guests are built and transpiled from source, which takes long on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
