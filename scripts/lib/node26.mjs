import { copyFile, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { libraryFolders } from './debian-libraries.mjs';
import { installDebianPackage, unpackDebianPackages } from './debian-packages.mjs';
import { SetupError } from './errors.mjs';
import { hasProgram } from './find-program.mjs';
import { cacheRoot } from './paths.mjs';
import { run, tryRun } from './run.mjs';
import { thisMachine } from './this-machine.mjs';
import { node26 } from './toolchain.mjs';

/** What Node.js 26 is linked with and Node.js 20 is not; a Debian without a C compiler lacks it. */
const library = 'libatomic.so.1';

/**
 * Makes sure that the Node.js 26 of the dependencies runs. Root installs the library it may lack; for others it is put beside the program,
 * which then looks for it there, so that its processes find it whatever their environment is. `wasmlattice par create --source` can't make a
 * program of that one: it needs `--runtime`.
 *
 * @param node the program
 */
export async function provideNode26(progress, { node = node26, machine = thisMachine } = {}) {
  const failure = await whyItFails(node, machine);
  if (failure === undefined) return;
  if (!failure.includes(library)) throw new SetupError(`Node.js 26 does not run:\n${failure}`);
  await progress.step(`Installing ${library}, which Node.js 26 needs`, async (report) => {
    const failures = [];
    for (const [name, provide] of waysOn(machine)) {
      const missed = (await provide(node, report, machine)) ?? (await whyItFails(node, machine));
      if (missed === undefined) return;
      failures.push(`  ${name}: ${missed}\n`);
    }
    throw new SetupError(
      `Node.js 26 does not run without ${library}, which was not found on this machine.\n${failures.join('')}` +
        'Install it (Debian and Ubuntu: `apt-get install libatomic1`; Fedora: `dnf install libatomic`).',
    );
  });
}

async function whyItFails(node, { env }) {
  const { code, output } = await run(node, ['--version'], { env });
  return code === 0 ? undefined : output.trim();
}

/** The ways to get it on this machine, best first; each resolves to undefined or to why it failed. */
function waysOn({ env, platform, isRoot }) {
  if (platform !== 'linux' || !hasProgram('apt-get', env)) return [];
  const beside = ['download of the Debian package', putBeside];
  return isRoot ? [['apt-get install', installLibrary], beside] : [beside];
}

function installLibrary(_node, report, { env }) {
  return installDebianPackage('libatomic1', report, env);
}

async function putBeside(node, report, { env }) {
  const folder = join(cacheRoot(env), 'libatomic');
  const failure = await unpackDebianPackages(() => ['libatomic1', 'patchelf'], folder, report, env);
  if (failure !== undefined) return failure;
  const [unpacked] = libraryFolders(folder);
  const own = join(dirname(node), '../lib');
  await mkdir(own, { recursive: true });
  await copyFile(join(unpacked, library), join(own, library));
  // A new file: pnpm's store has the old one, too.
  const linked = `${node}-linked`;
  const args = ['--set-rpath', '$ORIGIN/../lib', '--output', linked, node];
  const unlinked = await tryRun(report, env, join(folder, 'usr/bin/patchelf'), args);
  if (unlinked !== undefined) return unlinked;
  await rename(linked, node);
  return undefined;
}
