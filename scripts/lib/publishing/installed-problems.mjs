import { startNatsServer } from '@wasmlattice/test-support';
import { globalCommandProblems } from './global-command.mjs';
import { startLocalRegistry } from './local-registry.mjs';
import { loneInstallProblems } from './lone-install.mjs';
import { reportProblems } from './package-problems.mjs';

const command = '@wasmlattice/cli';

/**
 * Installs each of `chosen` by itself, from a registry with all `packages`, and tries what it has; the command line once more for the
 * whole machine. Reports as it goes and resolves to the number of packages with problems.
 */
export async function installedProblems(chosen, packages, { natsServer, env = process.env }) {
  process.env.NATS_SERVER_BIN = natsServer;
  await using nats = await startNatsServer();
  const registry = await startLocalRegistry(packages);
  try {
    let failed = 0;
    for (const entry of chosen) {
      const { name } = entry.manifest;
      const place = { registry, natsUrl: nats.url, env };
      const problems = await loneInstallProblems(entry, place);
      if (name === command) problems.push(...(await globalCommandProblems(entry, place)));
      failed += reportProblems([{ name, problems }]);
    }
    return failed;
  } finally {
    await registry.close();
  }
}
