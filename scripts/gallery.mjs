// `pnpm gallery [LANGUAGE…] [--engine NAME]`: sets up what is missing, then builds and runs guests in several languages. Only
// the table goes to stdout.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { runScript } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { forwardSignals } from './lib/run.mjs';
import { setUp } from './lib/set-up.mjs';
import { node26, toolEnvironment } from './lib/toolchain.mjs';

/** The end-to-end tests are never compiled; neither is what they share with this. */
const asSources = ['--conditions=development', '--import', join(root, 'scripts/lib/source-hooks.mjs')];

await runScript(async () => {
  const tools = await setUp(createProgress({ stream: process.stderr }));
  const child = spawn(
    node26,
    [...asSources, join(root, 'test-e2e/src/gallery/main.ts'), ...process.argv.slice(2)],
    {
      cwd: root,
      env: toolEnvironment(tools),
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const forget = forwardSignals(child);
  const [code] = await once(child, 'exit');
  forget();
  return code ?? 1;
});
