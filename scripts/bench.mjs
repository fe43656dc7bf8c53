// `pnpm bench [NAME…] [--json] [--beside]`: sets up what is missing, then measures. Only the result goes to stdout.
import { join } from 'node:path';
import { runScript } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { setUpAndRun } from './lib/run-on-node26.mjs';

await runScript(() => {
  const program = join(root, 'bench/dist/main.js');
  return setUpAndRun(createProgress({ stream: process.stderr }), [program, ...process.argv.slice(2)]);
});
