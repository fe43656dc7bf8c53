import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.e2e.test.ts'],
    tags: [{ name: 'smoke', description: 'the few that tell most about whether the system works' }],
    // Real processes on two cores: files one after the other, and patience for a first compilation.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
