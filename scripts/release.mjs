// `pnpm release`: publishes what is not published yet. `--dry-run` makes the next versions in a copy, packs and checks them.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SetupError } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { packPackages } from './lib/publishing/pack-packages.mjs';
import { packageProblems, reportProblems } from './lib/publishing/package-problems.mjs';
import { applyChangesets, copyForRelease } from './lib/publishing/release-copy.mjs';
import { run } from './lib/run.mjs';
import { runCommand } from './lib/script-command.mjs';
import { binary, toolEnvironment } from './lib/toolchain.mjs';
import { isPublished, workspacePackages } from './lib/workspace.mjs';

const say = (line) => process.stdout.write(`${line}\n`);

/** Names of the changesets that no version has yet. */
async function pendingChangesets() {
  const files = await readdir(join(root, '.changeset'));
  return files.filter((file) => file.endsWith('.md') && file !== 'README.md');
}

async function rehearse() {
  const workspace = await workspacePackages();
  const published = workspace.filter(isPublished).map(({ manifest }) => manifest);
  const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-release-'));
  try {
    await copyForRelease(workspace, folder);
    const pending = await pendingChangesets();
    if (pending.length > 0) await applyChangesets(folder);
    const names = published.map(({ name }) => name);
    const packages = await packPackages({ root: folder, names, folder: join(folder, 'packed') });
    const failed = reportProblems(await packageProblems(packages));
    const [before] = published;
    const after = packages.find(({ manifest }) => manifest.name === before.name).manifest;
    say(`${packages.length} packages, ${before.version} → ${after.version}, ${pending.length} changesets`);
    return failed === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function publish() {
  const { repository } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  if (repository === undefined) {
    throw new SetupError(
      'package.json of the root does not say "repository": name the address at which others find the sources',
    );
  }
  const pending = await pendingChangesets();
  if (pending.length > 0) {
    throw new SetupError(
      `${pending.length} changesets have no version yet: \`pnpm changeset version\` first, see RELEASING.md`,
    );
  }
  const { output: changes } = await run('git', ['status', '--porcelain'], { cwd: root });
  if (changes.trim() !== '') throw new SetupError(`commit or undo first:\n${changes}`);
  if ((await rehearse()) !== 0) throw new SetupError('nothing was published');
  // pnpm replaces `workspace:` and `catalog:`; changesets asks it to publish, and tags what it published.
  const { code } = await run(binary('changeset'), ['publish'], {
    cwd: root,
    env: toolEnvironment(),
    onLine: say,
  });
  return code ?? 1;
}

const command = {
  name: 'pnpm release',
  summary: 'Publishes the packages that are not published yet, see RELEASING.md.',
  options: {
    'dry-run': { help: 'make the next versions in a copy, pack and check them, and publish nothing' },
  },
};

await runCommand(command, ({ values }) => (values['dry-run'] ? rehearse() : publish()));
