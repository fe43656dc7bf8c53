import { defineConfig } from 'vitest/config';

// Without this the compiled copies in dist run as well.
export default defineConfig({ test: { dir: 'src' } });
