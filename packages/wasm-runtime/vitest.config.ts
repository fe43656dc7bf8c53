import { defineConfig, mergeConfig } from 'vitest/config';
import shared from '../../vitest.shared.ts';

export default mergeConfig(
  shared,
  defineConfig({
    test: {
      // Guests are built and transpiled from source, which takes long on a busy machine.
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  }),
);
