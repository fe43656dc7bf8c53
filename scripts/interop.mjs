// `pnpm interop [AREA…]`: sets up what is missing, then tries the real tools of wasmCloud against ours, see test-e2e/interop/README.md.
import { join } from 'node:path';
import { runScript } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { asSources, setUpAndRun } from './lib/run-on-node26.mjs';

await runScript(() => {
  const program = join(root, 'test-e2e/interop/main.ts');
  return setUpAndRun(createProgress({ stream: process.stderr }), [
    ...asSources,
    program,
    ...process.argv.slice(2),
  ]);
});
