import { mergeConfig } from 'vitest/config';
import shared from '../../vitest.shared.ts';

/** Contracts on programs that only some machines have: `pnpm contracts`. */
export default mergeConfig(shared, { test: { dir: 'src/upstream', include: ['**/*.contract.ts'] } });
