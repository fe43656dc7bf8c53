import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './errors.mjs';
import { root } from './paths.mjs';
import { run } from './run.mjs';
import { binary, toolEnvironment } from './toolchain.mjs';

/** Folder and manifest of each package of the workspace, the root left out. */
export async function workspacePackages() {
  const args = ['list', '--recursive', '--depth', '-1', '--json'];
  const { code, output } = await run(binary('pnpm'), args, { cwd: root, env: toolEnvironment() });
  const start = output.indexOf('[');
  if (code !== 0 || start === -1)
    throw new SetupError(`cannot list the packages of the workspace:\n${output}`);
  return JSON.parse(output.slice(start))
    .filter(({ path }) => path !== root)
    .map(({ path }) => ({ path, manifest: JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) }));
}

/** Whether a package of the workspace is for others, too. */
export function isPublished({ manifest }) {
  return manifest.private !== true;
}

/** Folder and manifest of each package that is published. */
export async function publishedPackages() {
  const published = (await workspacePackages()).filter(isPublished);
  if (published.length === 0) throw new SetupError('the workspace has no package to publish');
  return published;
}
