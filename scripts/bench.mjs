// `pnpm bench [NAME…] [--json]`: sets up what is missing, then measures. Only the result goes to stdout.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { runScript } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { forwardSignals } from './lib/run.mjs';
import { setUpTestTools } from './lib/set-up.mjs';
import { node26, toolEnvironment } from './lib/toolchain.mjs';

await runScript(async () => {
  const progress = createProgress({ stream: process.stderr });
  const tools = await setUpTestTools(progress);
  await build(progress, tools);
  const child = spawn(node26, [join(root, 'bench/dist/main.js'), ...process.argv.slice(2)], {
    cwd: root,
    env: toolEnvironment(tools),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const forget = forwardSignals(child);
  const [code] = await once(child, 'exit');
  forget();
  return code ?? 1;
});
