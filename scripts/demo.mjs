// `npm run demo`: a host, a NATS server, a key-value provider and a TypeScript component, from a fresh clone.
import { join } from 'node:path';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { setUpAndRun } from './lib/run-on-node26.mjs';
import { runCommand } from './lib/script-command.mjs';

const command = {
  name: 'npm run demo --',
  summary: 'Runs a host, a NATS server and a TypeScript component that counts its visitors, until Ctrl-C.',
  options: {
    smoke: { help: 'check the answers, stop everything, and say by the exit code whether it went well' },
  },
};

await runCommand(command, ({ args }) => {
  // The rest runs on Node.js 26.
  return setUpAndRun(createProgress(), [join(root, 'scripts/demo/main.mjs'), ...args]);
});
