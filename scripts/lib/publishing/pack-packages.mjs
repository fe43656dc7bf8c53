import { readFile } from 'node:fs/promises';
import { SetupError } from '../errors.mjs';
import { run } from '../run.mjs';
import { binary, toolEnvironment } from '../toolchain.mjs';
import { readTarball } from './tarball.mjs';

/**
 * Packs the packages `names` of the workspace in `root` into `folder`. Resolves to one entry for each, by name: the
 * `manifest` as it would be published, the `files` (path → content), and the `archive` with its path.
 */
export async function packPackages({ root, names, folder }) {
  const filters = names.map((name) => `--filter=${name}`);
  const args = ['--recursive', ...filters, 'pack', '--json', '--pack-destination', folder];
  const { code, output } = await run(binary('pnpm'), args, { cwd: root, env: toolEnvironment() });
  const start = output.indexOf('[\n');
  if (code !== 0 || start === -1) throw new SetupError(`pnpm pack fails in ${root}:\n${output}`);
  const packed = JSON.parse(output.slice(start, output.lastIndexOf(']') + 1));
  const packages = await Promise.all(packed.map(({ filename }) => readPackage(filename)));
  return packages.sort((one, other) => (one.manifest.name < other.manifest.name ? -1 : 1));
}

async function readPackage(path) {
  const archive = await readFile(path);
  const files = readTarball(archive);
  return { manifest: JSON.parse(files.get('package.json').toString()), files, archive, path };
}
