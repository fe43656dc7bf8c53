// `pnpm check:packages`: packs every package that is published and checks what others would get. `--install` installs each by itself, too.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from './lib/errors.mjs';
import { provideNatsServer } from './lib/nats-server.mjs';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { installedProblems } from './lib/publishing/installed-problems.mjs';
import { packPackages } from './lib/publishing/pack-packages.mjs';
import { packageProblems, reportProblems } from './lib/publishing/package-problems.mjs';
import { runCommand } from './lib/script-command.mjs';
import { publishedPackages } from './lib/workspace.mjs';

/** The packages that `wanted` names, or all of them. */
function choose(packages, wanted) {
  const known = new Map(packages.map((entry) => [entry.manifest.name, entry]));
  const unknown = wanted.filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new UsageError(`no package that is published is called ${unknown.join(' or ')}`);
  return wanted.length === 0 ? packages : wanted.map((name) => known.get(name));
}

const command = {
  name: 'pnpm check:packages',
  summary: 'Packs the packages that are published, and checks what others would get.',
  positionals: 'PACKAGE',
  options: { install: { help: 'install each by itself, too' } },
};

await runCommand(command, async ({ values, positionals }) => {
  const names = (await publishedPackages()).map(({ manifest }) => manifest.name);
  const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-pack-'));
  try {
    const packages = await packPackages({ root, names, folder });
    const chosen = choose(packages, positionals);
    if (!values.install) return reportProblems(await packageProblems(chosen)) === 0 ? 0 : 1;
    const natsServer = await provideNatsServer(createProgress());
    return (await installedProblems(chosen, packages, { natsServer })) === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
