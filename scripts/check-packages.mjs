// `pnpm check:packages`: packs every package that is published and checks what others would get.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { packPackages } from './lib/publishing/pack-packages.mjs';
import { packageProblems, reportProblems } from './lib/publishing/package-problems.mjs';
import { publishedPackages } from './lib/workspace.mjs';

await runScript(async () => {
  const names = (await publishedPackages()).map(({ manifest }) => manifest.name);
  const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-pack-'));
  try {
    const packages = await packPackages({ root, names, folder });
    return reportProblems(await packageProblems(packages)) === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
