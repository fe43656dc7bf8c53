// `pnpm conformance`: builds what is missing, then runs the suites that the variables name.
import { runConformance } from './lib/run-conformance.mjs';
import { runCommand } from './lib/script-command.mjs';

const command = {
  name: 'pnpm conformance',
  summary: 'Runs the public suites of the component model on an engine of ours.',
  positionals: 'PATTERN',
  more: 'A pattern is a part of the paths of scripts. docs/conformance.md says which variables name the suites.',
  options: {
    engine: { value: 'NAME', help: 'direct (default) or jco' },
    jobs: { value: 'N', help: 'how many scripts run at a time' },
    verbose: { help: 'name what is unsupported, too' },
    write: { help: 'put the tables into docs/conformance.md' },
  },
};

await runCommand(command, ({ args }) => runConformance('main.js', args));
