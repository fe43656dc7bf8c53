import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { SetupError } from './errors.mjs';
import { cacheRoot } from './paths.mjs';
import { run } from './run.mjs';

/** Where packages put it although not every user's PATH goes there. */
const usualFolders = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/**
 * A program that tests need, which a Debian package brings.
 *
 * @typedef {object} Program
 * @property {string} name of the program
 * @property {string} [debianPackage] by default that of its name
 * @property {string[]} [alongside] packages of other programs that are unpacked with it
 * @property {string} variable names the program to use instead of any other
 * @property {(root: string) => string[]} packagedFolders where the package may have it, below a root folder
 * @property {(dependencies: string[]) => string[]} [parts] which of all that the package needs is unpacked besides it, by a user without
 *   rights; by default nothing
 * @property {boolean} [isOnlyUnpacked] whether root unpacks it as others do, so that nothing of it is set up on the machine
 * @property {(root: string) => Record<string, string>} [environment] what it needs where it was unpacked into a folder
 * @property {{ args: string[], says: RegExp }} [signOfLife] how it shows that it runs; by default, `--version` ends well
 * @property {boolean} inHomebrew whether Homebrew has a formula of its name, too
 * @property {string} advice how else to get it
 */

/** What decides where a program is looked for and how it is installed; tests describe other machines. */
const thisMachine = {
  env: process.env,
  platform: process.platform,
  isRoot: process.getuid?.() === 0,
  folders: usualFolders,
  roots: ['/'],
  hasSystemd: existsSync('/run/systemd/system'),
};

/**
 * The path of a program that runs: a present one, else one that this machine's package manager brings.
 *
 * @param {Program} program
 */
export async function provideProgram(program, progress, machine = thisMachine) {
  const present = findProgram(program, machine);
  if (present !== undefined) {
    await checkRuns(program, present, machine.env);
    return present;
  }
  return progress.step(`Installing ${program.name}`, (report) => install(program, report, machine), {
    summary: (path) => path,
  });
}

/** Its variable, the PATH, the usual folders, our cache. Throws if the variable names no program. */
function findProgram(program, { env, folders, roots = [] }) {
  const chosen = env[program.variable];
  if (chosen) {
    if (isProgram(chosen)) return chosen;
    throw new SetupError(
      `${program.variable} is ${chosen}, which is not a program that can be run.\n${adviceOn(program)}`,
    );
  }
  const places = [...(env.PATH ?? '').split(delimiter).filter(Boolean), ...folders];
  const packaged = [...roots, cacheFolder(program, env)].flatMap(program.packagedFolders);
  return [...places, ...packaged].map((folder) => join(folder, program.name)).find(isProgram);
}

const cacheFolder = ({ name }, env) => join(cacheRoot(env), name);

const adviceOn = ({ advice, variable }) => `${advice} or set ${variable} to the path of the program.`;

async function install(program, report, machine) {
  const failures = [];
  for (const [name, run] of installers(program, machine)) {
    report(name);
    const failure = await run(report, machine);
    const path = findProgram(program, machine);
    if (failure === undefined && path !== undefined) {
      await checkRuns(program, path, machine.env);
      return path;
    }
    failures.push(`${name}: ${failure ?? `it ended well but brought no ${program.name}`}`);
  }
  const tried = failures.map((failure) => `  ${failure}\n`).join('');
  throw new SetupError(
    `wasmlattice needs ${program.name}, which was not found on this machine.\n${tried}${adviceOn(program)}`,
  );
}

/** The ways to get it on this machine, best first; each resolves to undefined or to why it failed. */
function installers(program, { env, platform, isRoot }) {
  if (platform === 'darwin' && program.inHomebrew) {
    return [['brew install', (report) => tryRun(report, env, 'brew', ['install', program.name])]];
  }
  if (platform !== 'linux' || !hasProgram('apt-get', env)) return [];
  const download = ['download of the Debian package', (...args) => downloadDebianPackage(program, ...args)];
  const asRoot = ['apt-get install', (...args) => installDebianPackage(program, ...args)];
  return isRoot && program.isOnlyUnpacked !== true ? [asRoot, download] : [download];
}

const debianPackage = ({ name, debianPackage: other = name }) => other;

async function installDebianPackage(program, report, { env, hasSystemd }) {
  const name = debianPackage(program);
  const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => tryRun(report, quiet, 'apt-get', ['install', '-y', '--no-install-recommends', name]);
  // Without package lists, or with lists so old that the file is gone, the first attempt fails.
  if ((await install()) !== undefined) {
    const failure = (await tryRun(report, quiet, 'apt-get', ['update'])) ?? (await install());
    if (failure !== undefined) return failure;
  }
  // We want the program. The service that comes with it would hold its port, with settings that nobody chose.
  if (hasSystemd) await tryRun(report, env, 'systemctl', ['disable', '--now', name]);
  return undefined;
}

/** Fetches the package with package lists of our own, as any user can, and unpacks it into the cache. */
async function downloadDebianPackage(program, report, { env }) {
  const folder = cacheFolder(program, env);
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'download-'));
  try {
    await mkdir(join(work, 'lists/partial'), { recursive: true });
    await mkdir(join(work, 'archives/partial'), { recursive: true });
    const privately = [
      '-o',
      `Dir::State::Lists=${work}/lists`,
      '-o',
      `Dir::Cache=${work}`,
      '-o',
      'APT::Sandbox::User=root',
    ];
    const failure =
      (await tryRun(report, env, 'apt-get', [...privately, 'update'])) ??
      (await tryRun(
        report,
        env,
        'apt-get',
        [...privately, 'download', ...(await partsOf(program, privately, env))],
        work,
      ));
    if (failure !== undefined) return failure;
    const files = (await readdir(work)).filter((name) => name.endsWith('.deb'));
    if (files.length === 0) return 'apt-get download brought no package file';
    const unpacked = join(work, 'unpacked');
    for (const file of files) {
      const unpackFailure = await tryRun(report, env, 'dpkg', ['-x', join(work, file), unpacked]);
      if (unpackFailure !== undefined) return unpackFailure;
    }
    for (const name of await readdir(unpacked)) {
      await rm(join(folder, name), { recursive: true, force: true });
      await rename(join(unpacked, name), join(folder, name));
    }
    return undefined;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The packages to unpack: the program's, and those parts of all that it depends on which it asks for. */
async function partsOf(program, privately, env) {
  const names = [debianPackage(program), ...(program.alongside ?? [])];
  if (program.parts === undefined) return names;
  const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
    (each) => `--no-${each}`,
  );
  const { output } = await run('apt-cache', [...privately, 'depends', '--recurse', ...only, ...names], {
    env,
  });
  // What is indented is why; names of virtual packages are in brackets.
  return program.parts([...new Set(output.split('\n').filter((line) => /^[a-z]/.test(line)))]);
}

async function tryRun(report, env, command, args, cwd) {
  const { code, output } = await run(command, args, { env, cwd, onLine: report });
  if (code === 0) return undefined;
  const reason = output
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .pop();
  return `${command} ${args.at(-1)} failed${reason ? `: ${reason.trim()}` : ''}`;
}

async function checkRuns(program, path, env) {
  const root = cacheFolder(program, env);
  const more = path.startsWith(root) ? program.environment?.(root) : undefined;
  const { args, says } = program.signOfLife ?? { args: ['--version'] };
  const { code, output } = await run(path, args, more === undefined ? {} : { env: { ...env, ...more } });
  if (says === undefined ? code === 0 : says.test(output)) return;
  throw new SetupError(`${path} ${args.join(' ')} fails: ${output.trim()}\n${adviceOn(program)}`);
}

function hasProgram(name, env) {
  return (env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && isProgram(join(folder, name)));
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
