// `pnpm bench`: sets up what is missing, then measures. Only the result goes to stdout.
import { join } from 'node:path';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { setUpAndRun } from './lib/run-on-node26.mjs';
import { runCommand } from './lib/script-command.mjs';

const command = {
  name: 'pnpm bench',
  summary: 'Measures, and prints each figure as a ratio to a baseline of the same run.',
  positionals: 'NAME',
  more: 'bench/README.md lists the names; without one it measures all.',
  options: {
    json: { help: 'print JSON in place of a table' },
    beside: { help: 'measure beside a host of wasmCloud, whose programs are in the folder INTEROP_BIN' },
  },
};

await runCommand(command, ({ args }) => {
  const program = join(root, 'bench/dist/main.js');
  return setUpAndRun(createProgress({ stream: process.stderr }), [program, ...args]);
});
