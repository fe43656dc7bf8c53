// `pnpm contracts [PROVIDER…]`: runs the contracts of providers on those of wasmCloud, see packages/provider-contracts/README.md.
import { join } from 'node:path';
import { runScript } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { runOnNode26 } from './lib/run-on-node26.mjs';
import { setUpTestTools } from './lib/set-up.mjs';

await runScript(async () => {
  const tools = await setUpTestTools(createProgress({ stream: process.stderr }));
  return runOnNode26(
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--config',
      'vitest.upstream.config.ts',
      ...process.argv.slice(2),
    ],
    tools,
    // Folders of the config are looked for from where it runs.
    { cwd: join(root, 'packages/provider-contracts') },
  );
});
