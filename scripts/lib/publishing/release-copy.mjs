import { cp, symlink } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { SetupError } from '../errors.mjs';
import { root } from '../paths.mjs';
import { run } from '../run.mjs';
import { binary, toolEnvironment } from '../toolchain.mjs';
import { isPublished } from '../workspace.mjs';

const ofTheRoot = ['package.json', 'pnpm-workspace.yaml', '.pnpmfile.mjs', 'LICENSE', '.changeset'];
const notCopied = new Set(['.turbo', '.cache', 'test.tsbuildinfo']);

/**
 * Copies what a release is made of into `folder`: what the root says, packages that are published as they are built, and the
 * manifests of the others. Links between packages lead to copies, those to packages of others out of it.
 */
export async function copyForRelease(packages, folder) {
  const whole = {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => !notCopied.has(basename(file)),
  };
  const copy = (path, options) => cp(path, join(folder, relative(root, path)), options);
  await Promise.all(ofTheRoot.map((name) => copy(join(root, name), { recursive: true })));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await Promise.all(
    packages.map((entry) =>
      isPublished(entry) ? copy(entry.path, whole) : copy(join(entry.path, 'package.json')),
    ),
  );
}

/** Makes versions and changelogs of the pending changesets, in the workspace in `folder`. */
export async function applyChangesets(folder) {
  const { code, output } = await run(binary('changeset'), ['version'], {
    cwd: folder,
    env: toolEnvironment(),
  });
  if (code !== 0) throw new SetupError(`changeset version fails:\n${output}`);
}
