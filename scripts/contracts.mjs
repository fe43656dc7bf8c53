// `pnpm contracts`: runs the contracts of providers on those of wasmCloud, see packages/provider-contracts/README.md.
import { join } from 'node:path';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { runOnNode26 } from './lib/run-on-node26.mjs';
import { runCommand } from './lib/script-command.mjs';
import { setUpTestTools } from './lib/set-up.mjs';

const command = {
  name: 'pnpm contracts',
  summary:
    'Runs the contracts of providers on those of wasmCloud, whose programs are in the folder INTEROP_BIN.',
  positionals: 'PROVIDER',
};

await runCommand(command, async ({ positionals }) => {
  const tools = await setUpTestTools(createProgress({ stream: process.stderr }));
  return runOnNode26(
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--config',
      'vitest.upstream.config.ts',
      ...positionals,
    ],
    tools,
    // Folders of the config are looked for from where it runs.
    { cwd: join(root, 'packages/provider-contracts') },
  );
});
