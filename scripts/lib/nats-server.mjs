import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { SetupError } from './errors.mjs';
import { cacheRoot } from './paths.mjs';
import { run } from './run.mjs';

/** Where packages put it although not every user's PATH goes there. */
const usualFolders = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

const advice =
  'Install it (Debian and Ubuntu: `apt-get install nats-server`; macOS: `brew install nats-server`; others:\n' +
  'https://github.com/nats-io/nats-server/releases) or set NATS_SERVER_BIN to the path of the program.';

/** What decides where a server is looked for and how it is installed; tests describe other machines. */
const thisMachine = {
  env: process.env,
  platform: process.platform,
  isRoot: process.getuid?.() === 0,
  folders: usualFolders,
  hasSystemd: existsSync('/run/systemd/system'),
};

/** The path of a `nats-server` that runs: a present one, else one that this machine's package manager brings. */
export async function provideNatsServer(progress, machine = thisMachine) {
  const present = findNatsServer(machine);
  if (present !== undefined) {
    await checkRuns(present);
    return present;
  }
  return progress.step('Installing nats-server', (report) => installNatsServer(report, machine), {
    summary: (path) => path,
  });
}

/** `NATS_SERVER_BIN`, the PATH, the usual folders, our cache. Throws if `NATS_SERVER_BIN` names no program. */
function findNatsServer({ env, folders }) {
  if (env.NATS_SERVER_BIN) {
    if (isProgram(env.NATS_SERVER_BIN)) return env.NATS_SERVER_BIN;
    throw new SetupError(
      `NATS_SERVER_BIN is ${env.NATS_SERVER_BIN}, which is not a program that can be run.\n${advice}`,
    );
  }
  const places = [...(env.PATH ?? '').split(delimiter).filter(Boolean), ...folders];
  return [...places.map((folder) => join(folder, 'nats-server')), cachedServer(env)].find(isProgram);
}

const cacheFolder = (env) => join(cacheRoot(env), 'nats-server');
const cachedServer = (env) => join(cacheFolder(env), 'usr/sbin/nats-server');

async function installNatsServer(report, machine) {
  const failures = [];
  for (const [name, install] of installers(machine)) {
    report(name);
    const failure = await install(report, machine);
    const path = findNatsServer(machine);
    if (failure === undefined && path !== undefined) {
      await checkRuns(path);
      return path;
    }
    failures.push(`${name}: ${failure ?? 'it ended well but brought no nats-server'}`);
  }
  const tried = failures.map((failure) => `  ${failure}\n`).join('');
  throw new SetupError(
    `wasmlattice needs nats-server, which was not found on this machine.\n${tried}${advice}`,
  );
}

/** The ways to get it on this machine, best first; each resolves to undefined or to why it failed. */
function installers({ env, platform, isRoot }) {
  if (platform === 'darwin') {
    return [['brew install', (report) => tryRun(report, env, 'brew', ['install', 'nats-server'])]];
  }
  if (platform !== 'linux' || !hasProgram('apt-get', env)) return [];
  const download = ['download of the Debian package', downloadDebianPackage];
  return isRoot ? [['apt-get install', installDebianPackage], download] : [download];
}

async function installDebianPackage(report, { env, hasSystemd }) {
  const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () =>
    tryRun(report, quiet, 'apt-get', ['install', '-y', '--no-install-recommends', 'nats-server']);
  // Without package lists, or with lists so old that the file is gone, the first attempt fails.
  if ((await install()) !== undefined) {
    const failure = (await tryRun(report, quiet, 'apt-get', ['update'])) ?? (await install());
    if (failure !== undefined) return failure;
  }
  // We want the program. The service that comes with it would hold port 4222, without JetStream.
  if (hasSystemd) await tryRun(report, env, 'systemctl', ['disable', '--now', 'nats-server']);
  return undefined;
}

/** Fetches the package with package lists of our own, as any user can, and unpacks it into the cache. */
async function downloadDebianPackage(report, { env }) {
  const folder = cacheFolder(env);
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
      (await tryRun(report, env, 'apt-get', [...privately, 'download', 'nats-server'], work));
    if (failure !== undefined) return failure;
    const file = (await readdir(work)).find(
      (name) => name.startsWith('nats-server_') && name.endsWith('.deb'),
    );
    if (file === undefined) return 'apt-get download brought no package file';
    const unpacked = join(work, 'unpacked');
    const unpackFailure = await tryRun(report, env, 'dpkg', ['-x', join(work, file), unpacked]);
    if (unpackFailure !== undefined) return unpackFailure;
    await rm(join(folder, 'usr'), { recursive: true, force: true });
    await rename(join(unpacked, 'usr'), join(folder, 'usr'));
    return undefined;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
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

async function checkRuns(path) {
  const { code, output } = await run(path, ['--version']);
  if (code !== 0) throw new SetupError(`${path} --version fails: ${output.trim()}\n${advice}`);
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
