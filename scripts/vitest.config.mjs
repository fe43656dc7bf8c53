import { defineConfig } from 'vitest/config';
import { patience } from '../vitest.shared.ts';

// Scripts run as they are, with packages as they were built.
export default defineConfig({ test: { dir: 'scripts', ...patience } });
