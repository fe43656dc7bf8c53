// `npm run wasmlattice -- COMMAND…`: the command line from a clone. Sets up what is missing; only the command writes to stdout.
import { join } from 'node:path';
import { runScript } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { setUpAndRun } from './lib/run-on-node26.mjs';

await runScript(() =>
  setUpAndRun(
    createProgress({ stream: process.stderr }),
    [join(root, 'apps/cli/dist/main.js'), ...process.argv.slice(2)],
    // npm changes into the folder of the package: files are named from where the user is.
    { cwd: process.env.INIT_CWD ?? process.cwd(), stdin: 'inherit' },
  ),
);
