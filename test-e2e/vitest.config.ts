import { defineConfig, mergeConfig } from 'vitest/config';
import shared from '../vitest.shared.ts';

// Hosts, providers and the command line are what a build leaves; what a test calls in its own process are sources.
export default mergeConfig(
  shared,
  defineConfig({
    test: {
      dir: 'tests',
      include: ['**/*.e2e.test.ts'],
      tags: [{ name: 'smoke', description: 'the few that tell most about whether the system works' }],
      // Real processes on two cores: files one after the other, and patience for a first compilation.
      fileParallelism: false,
      testTimeout: 300_000,
      hookTimeout: 300_000,
      expect: { poll: { timeout: 120_000 } },
    },
  }),
);
