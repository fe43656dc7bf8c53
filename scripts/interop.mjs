// `pnpm interop`: sets up what is missing, then tries the real tools of wasmCloud against ours, see test-e2e/interop/README.md.
import { join } from 'node:path';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { asSources, setUpAndRun } from './lib/run-on-node26.mjs';
import { runCommand } from './lib/script-command.mjs';

const command = {
  name: 'pnpm interop',
  summary: 'Tries the real tools of wasmCloud, whose programs are in the folder INTEROP_BIN, against ours.',
  positionals: 'AREA',
  more: 'Areas are wash, words, app, wadm, keeping, mixed, archives and versions; without one it tries all.',
};

await runCommand(command, ({ args }) => {
  const program = join(root, 'test-e2e/interop/main.ts');
  return setUpAndRun(createProgress({ stream: process.stderr }), [...asSources, program, ...args]);
});
