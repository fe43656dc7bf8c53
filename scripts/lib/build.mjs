import { SetupError } from './errors.mjs';
import { root } from './paths.mjs';
import { run } from './run.mjs';
import { binary, toolEnvironment } from './toolchain.mjs';

/**
 * Builds every package and guest that has changed; turbo's cache remembers the rest. With `only`, the name of a package, that one and
 * what it needs.
 */
export async function build(progress, { natsServer, only } = {}) {
  await progress.step('Building packages and guests', async (report) => {
    const args = [
      'run',
      'build',
      '--output-logs=new-only',
      ...(only === undefined ? [] : ['--filter', only]),
    ];
    const result = await run(binary('turbo'), args, {
      cwd: root,
      env: toolEnvironment({ natsServer }),
      onLine: report,
    });
    if (result.code !== 0)
      throw new SetupError(`${result.output.trimEnd()}\n\nThe build failed; the reason is above.`);
  });
}
