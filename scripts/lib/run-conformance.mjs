import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from './build.mjs';
import { installDependencies } from './dependencies.mjs';
import { root } from './paths.mjs';
import { createProgress } from './progress.mjs';
import { forwardSignals } from './run.mjs';
import { node26, toolEnvironment } from './toolchain.mjs';

/**
 * Builds the package `conformance` and what it needs, then runs one of its programs with the arguments of this process.
 *
 * @returns the exit code
 */
export async function runConformance(program) {
  const progress = createProgress({ stream: process.stderr });
  await installDependencies(progress);
  await build(progress, { only: '@wasmlattice/conformance' });
  const child = spawn(node26, [join(root, 'conformance/dist', program), ...process.argv.slice(2)], {
    cwd: root,
    env: toolEnvironment(),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const forget = forwardSignals(child);
  const [code] = await once(child, 'exit');
  forget();
  return code ?? 1;
}
