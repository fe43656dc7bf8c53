// `pnpm conformance [PATTERN…] [--engine direct|jco] [--write]`: builds what is missing, then runs the suites that the variables name.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { installDependencies } from './lib/dependencies.mjs';
import { runScript } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { forwardSignals } from './lib/run.mjs';
import { node26, toolEnvironment } from './lib/toolchain.mjs';

await runScript(async () => {
  const progress = createProgress({ stream: process.stderr });
  await installDependencies(progress);
  await build(progress, { only: '@wasmlattice/conformance' });
  const child = spawn(node26, [join(root, 'conformance/dist/main.js'), ...process.argv.slice(2)], {
    cwd: root,
    env: toolEnvironment(),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const forget = forwardSignals(child);
  const [code] = await once(child, 'exit');
  forget();
  return code ?? 1;
});
