// `pnpm docs:test`: does what pages of docs/tasks say, those too that install from npm. They use our packages as they are packed here.
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parsePage } from './lib/doc-test/parse-page.mjs';
import { readerEnvironment } from './lib/doc-test/reader-environment.mjs';
import { PageError, runPage } from './lib/doc-test/run-page.mjs';
import { SetupError } from './lib/errors.mjs';
import { provideNatsServer } from './lib/nats-server.mjs';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { startLocalRegistry } from './lib/publishing/local-registry.mjs';
import { packPackages } from './lib/publishing/pack-packages.mjs';
import { run } from './lib/run.mjs';
import { runCommand } from './lib/script-command.mjs';
import { publishedPackages } from './lib/workspace.mjs';

/** A home whose npm finds packages of ours in `registry`, and keeps the user's cache of others. */
async function homeWith(registry, folder) {
  const { output: cache } = await run('npm', ['config', 'get', 'cache']);
  await mkdir(folder);
  const settings = [`registry=${registry.url}`, `cache=${cache.trim()}`, 'audit=false', 'fund=false'];
  await writeFile(join(folder, '.npmrc'), `${settings.join('\n')}\n`);
  return folder;
}

const command = {
  name: 'pnpm docs:test',
  summary: 'Does what pages of docs/tasks say, each in an empty folder; without a page, all of them.',
  positionals: 'PAGE',
};

await runCommand(command, async ({ positionals }) => {
  const progress = createProgress();
  const natsServer = await provideNatsServer(progress);
  const named = positionals.map((path) => resolve(process.env.INIT_CWD ?? '.', path));
  const pages =
    named.length > 0
      ? named
      : globSync('docs/tasks/*.md', { cwd: root })
          .map((path) => join(root, path))
          .sort();
  const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-docs-'));
  const names = (await publishedPackages()).map(({ manifest }) => manifest.name);
  const packages = await packPackages({ root, names, folder: join(folder, 'packed') });
  const { output: elsewhere } = await run('npm', ['config', 'get', 'registry']);
  const registry = await startLocalRegistry(packages, { elsewhere: elsewhere.trim() });
  try {
    const home = await homeWith(registry, join(folder, 'home'));
    const env = { ...(await readerEnvironment(join(folder, 'programs'), { natsServer })), HOME: home };
    for (const page of pages) {
      const { isSlow } = parsePage(await readFile(page, 'utf8'));
      // Programs that a page installs choose their ports as they do for everybody.
      await progress.step(page, (report) => runPage(page, { env, keepsPorts: isSlow, onStep: report }));
    }
  } catch (error) {
    throw error instanceof PageError ? new SetupError(error.message) : error;
  } finally {
    await registry.close();
    await rm(folder, { recursive: true, force: true });
  }
});
