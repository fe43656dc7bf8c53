// `pnpm mutations`: builds what is missing, then changes valid components here and there and looks at what becomes of them.
import { runConformance } from './lib/run-conformance.mjs';
import { runCommand } from './lib/script-command.mjs';

const command = {
  name: 'pnpm mutations',
  summary: 'Changes valid components here and there, and looks at what becomes of them.',
  options: {
    count: { value: 'N', help: 'how many mutants (default: 10000)' },
    first: { value: 'N', help: 'number of the first one (default: 0)' },
    guests: { value: 'FOLDER', help: 'components to change besides the generated ones' },
  },
};

await runCommand(command, ({ args }) => runConformance('mutations/main.js', args));
