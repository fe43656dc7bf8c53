import { delimiter, join } from 'node:path';
import { installDebianPackage, unpackDebianPackages } from './debian-packages.mjs';
import { SetupError } from './errors.mjs';
import { hasProgram, isProgram } from './find-program.mjs';
import { cacheRoot } from './paths.mjs';
import { run, tryRun } from './run.mjs';
import { thisMachine } from './this-machine.mjs';

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
  const download = ['download of the Debian package', (...args) => unpackPackage(program, ...args)];
  const asRoot = ['apt-get install', (...args) => installPackage(program, ...args)];
  return isRoot && program.isOnlyUnpacked !== true ? [asRoot, download] : [download];
}

const debianPackage = ({ name, debianPackage: other = name }) => other;

async function installPackage(program, report, { env, hasSystemd }) {
  const name = debianPackage(program);
  const failure = await installDebianPackage(name, report, env);
  if (failure !== undefined) return failure;
  // We want the program. The service that comes with it would hold its port, with settings that nobody chose.
  if (hasSystemd) await tryRun(report, env, 'systemctl', ['disable', '--now', name]);
  return undefined;
}

/** Unpacks the package into the cache. */
function unpackPackage(program, report, { env }) {
  const packages = (options) => partsOf(program, options, env);
  return unpackDebianPackages(packages, cacheFolder(program, env), report, env);
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

async function checkRuns(program, path, env) {
  const root = cacheFolder(program, env);
  const more = path.startsWith(root) ? program.environment?.(root) : undefined;
  const { args, says } = program.signOfLife ?? { args: ['--version'] };
  const { code, output } = await run(path, args, more === undefined ? {} : { env: { ...env, ...more } });
  if (says === undefined ? code === 0 : says.test(output)) return;
  throw new SetupError(`${path} ${args.join(' ')} fails: ${output.trim()}\n${adviceOn(program)}`);
}
