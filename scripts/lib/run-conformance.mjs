import { join } from 'node:path';
import { build } from './build.mjs';
import { installDependencies } from './dependencies.mjs';
import { root } from './paths.mjs';
import { createProgress } from './progress.mjs';
import { runOnNode26 } from './run-on-node26.mjs';

/**
 * Builds the package `conformance` and what it needs, then runs one of its programs with `args`.
 *
 * @returns the exit code
 */
export async function runConformance(program, args) {
  const progress = createProgress({ stream: process.stderr });
  await installDependencies(progress);
  await build(progress, { only: '@wasmlattice/conformance' });
  return await runOnNode26([join(root, 'conformance/dist', program), ...args]);
}
