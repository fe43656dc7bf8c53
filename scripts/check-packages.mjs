// `pnpm check:packages`: packs every package that is published and checks what others would get.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript, SetupError } from './lib/errors.mjs';
import { contentProblems } from './lib/package-content.mjs';
import { run } from './lib/run.mjs';
import { readTarball } from './lib/tarball.mjs';
import { binary, toolEnvironment } from './lib/toolchain.mjs';
import { workspacePackages } from './lib/workspace.mjs';

/** Packs the package into `folder`; resolves to the archive. */
async function pack(path, folder) {
  const args = ['pack', '--json', '--pack-destination', folder];
  const { code, output } = await run(binary('pnpm'), args, { cwd: path, env: toolEnvironment() });
  const start = output.indexOf('{');
  if (code !== 0 || start === -1) throw new SetupError(`pnpm pack fails in ${path}:\n${output}`);
  const { filename } = JSON.parse(output.slice(start, output.lastIndexOf('}') + 1));
  return readFile(filename);
}

async function problemsOf({ path }, folder, { publint, formatMessage }) {
  const archive = await pack(path, folder);
  const files = readTarball(archive);
  const manifest = JSON.parse(files.get('package.json').toString());
  const tarball = archive.buffer.slice(archive.byteOffset, archive.byteOffset + archive.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  return [
    ...contentProblems(files, manifest),
    ...messages.map((message) => formatMessage(message, pkg, { color: false })),
  ];
}

await runScript(async () => {
  const { publint } = await import('publint');
  const { formatMessage } = await import('publint/utils');
  const published = (await workspacePackages()).filter(({ manifest }) => manifest.private !== true);
  const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-pack-'));
  let failed = 0;
  try {
    for (const entry of published) {
      const problems = await problemsOf(entry, folder, { publint, formatMessage });
      process.stdout.write(`${problems.length === 0 ? 'ok  ' : 'BAD '} ${entry.manifest.name}\n`);
      for (const problem of problems) process.stdout.write(`       ${problem}\n`);
      if (problems.length > 0) failed += 1;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (published.length === 0) throw new SetupError('the workspace has no package to publish');
  return failed === 0 ? 0 : 1;
});
