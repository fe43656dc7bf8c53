// `pnpm differential`: builds what is missing, then compares engines on generated components.
import { runConformance } from './lib/run-conformance.mjs';
import { runCommand } from './lib/script-command.mjs';

const command = {
  name: 'pnpm differential',
  summary: 'Runs generated components on our engine and on Wasmtime, and compares what they do.',
  options: {
    cases: { value: 'N', help: 'how many (default: 1000)' },
    seed: { value: 'N', help: 'seed of the first case; each further one is one more (default: 0)' },
    shapes: { value: 'NAME,…', help: 'shapes of components (default: all)' },
    show: { help: 'print each case' },
  },
};

await runCommand(command, ({ args }) => runConformance('differential/main.js', args));
