// `pnpm gallery`: sets up what is missing, then builds and runs guests in several languages. Only the table goes to stdout.
import { join } from 'node:path';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { asSources, setUpAndRun } from './lib/run-on-node26.mjs';
import { runCommand } from './lib/script-command.mjs';

const command = {
  name: 'pnpm gallery',
  summary: 'Builds the guests in several languages, runs them, and prints a table of what works.',
  positionals: 'LANGUAGE',
  options: { engine: { value: 'NAME', multiple: true, help: 'direct or jco (default: both)' } },
};

await runCommand(command, ({ args }) => {
  // The end-to-end tests are never compiled; neither is what they share with this.
  const program = join(root, 'test-e2e/src/gallery/main.ts');
  return setUpAndRun(createProgress({ stream: process.stderr }), [
    '--conditions=development',
    ...asSources,
    program,
    ...args,
  ]);
});
