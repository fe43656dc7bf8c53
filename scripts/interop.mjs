// `pnpm interop [AREA…]`: sets up what is missing, then tries the real tools of wasmCloud against ours, see test-e2e/interop/README.md.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { runScript } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { forwardSignals } from './lib/run.mjs';
import { setUp } from './lib/set-up.mjs';
import { node26, toolEnvironment } from './lib/toolchain.mjs';

await runScript(async () => {
  const tools = await setUp(createProgress({ stream: process.stderr }));
  const sources = ['--import', join(root, 'scripts/lib/source-hooks.mjs')];
  const program = join(root, 'test-e2e/interop/main.ts');
  const child = spawn(node26, [...sources, program, ...process.argv.slice(2)], {
    cwd: root,
    env: toolEnvironment(tools),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const forget = forwardSignals(child);
  const [code] = await once(child, 'exit');
  forget();
  return code ?? 1;
});
