import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CliError } from '../cli-error.js';

/** Of https://nodejs.org/api/single-executable-applications.html. */
const seaOptions = { mainFormat: 'module', disableExperimentalSEAWarning: true } as const;

/**
 * A single executable: the Node.js program `runtime` with an ES module inside, which it runs instead of what it is told. The Node.js
 * that runs this makes it, so `runtime` may be one for another machine; it must be of the same major version.
 *
 * @throws CliError when Node.js refuses
 */
export async function makeSingleExecutable(module: string, runtime: string): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-program-'));
  try {
    const [main, output, config] = [
      join(folder, 'main.mjs'),
      join(folder, 'program'),
      join(folder, 'sea.json'),
    ];
    await writeFile(main, module);
    await writeFile(config, JSON.stringify({ ...seaOptions, main, executable: runtime, output }));
    await promisify(execFile)(process.execPath, ['--build-sea', config]);
    return await readFile(output);
  } catch (cause) {
    const { stderr } = cause as { readonly stderr?: string };
    throw new CliError(
      `no program could be made with the Node.js \`${runtime}\`: ${(stderr || String(cause)).trim()}`,
      `give --runtime a Node.js of version ${process.versions.node} as nodejs.org has it, or leave it out with --without-runtime`,
      { cause },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
