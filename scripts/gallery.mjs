// `pnpm gallery [LANGUAGE…] [--engine NAME]`: sets up what is missing, then builds and runs guests in several languages. Only
// the table goes to stdout.
import { join } from 'node:path';
import { runScript } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { asSources, setUpAndRun } from './lib/run-on-node26.mjs';

await runScript(() => {
  // The end-to-end tests are never compiled; neither is what they share with this.
  const program = join(root, 'test-e2e/src/gallery/main.ts');
  return setUpAndRun(createProgress({ stream: process.stderr }), [
    '--conditions=development',
    ...asSources,
    program,
    ...process.argv.slice(2),
  ]);
});
