import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { forwardSignals } from './run.mjs';
import { setUp } from './set-up.mjs';
import { node26, toolEnvironment } from './toolchain.mjs';

/** Lets Node.js run a program of the repository as TypeScript that is never compiled. */
export const asSources = ['--import', join(root, 'scripts/lib/source-hooks.mjs')];

/**
 * Runs a program on Node.js 26, which owns the terminal from then on.
 *
 * @param args of `node`: flags, the program, what is for it
 * @param tools what is set up, as {@link toolEnvironment} takes it
 * @param options folder it runs in and its standard input; by default the repository's and none
 * @returns its exit code
 */
export async function runOnNode26(args, tools, { cwd = root, stdin = 'ignore' } = {}) {
  const child = spawn(node26, args, {
    cwd,
    env: toolEnvironment(tools),
    stdio: [stdin, 'inherit', 'inherit'],
  });
  const forget = forwardSignals(child);
  const [code] = await once(child, 'exit');
  forget();
  return code ?? 1;
}

/** Sets up what is missing, then does {@link runOnNode26}. */
export async function setUpAndRun(progress, args, options) {
  return await runOnNode26(args, await setUp(progress), options);
}
