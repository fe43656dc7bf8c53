// `npm run demo`: a host, a NATS server, a key-value provider and a TypeScript component, from a fresh clone.
// `npm run demo -- --smoke` does the same, checks the answers, stops everything and says so by its exit code.
import { join } from 'node:path';
import { runScript, SetupError } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { setUpAndRun } from './lib/run-on-node26.mjs';

await runScript(() => {
  const args = process.argv.slice(2);
  const unknown = args.find((arg) => arg !== '--smoke');
  if (unknown !== undefined) throw new SetupError(`${unknown} is not known here; there is --smoke`);
  // The rest runs on Node.js 26.
  return setUpAndRun(createProgress(), [join(root, 'scripts/demo/main.mjs'), ...args]);
});
