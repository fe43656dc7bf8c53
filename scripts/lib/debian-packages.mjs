import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tryRun } from './run.mjs';

/** Installs a package on the machine, as root alone can. Resolves to undefined or to why it failed. */
export async function installDebianPackage(name, report, env) {
  const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => tryRun(report, quiet, 'apt-get', ['install', '-y', '--no-install-recommends', name]);
  // Without package lists, or with lists so old that the file is gone, the first attempt fails.
  if ((await install()) === undefined) return undefined;
  return (await tryRun(report, quiet, 'apt-get', ['update'])) ?? (await install());
}

/**
 * Fetches packages with package lists of our own, as any user can, and unpacks them into `folder`. Resolves to undefined or to why it
 * failed.
 *
 * @param {(options: string[]) => string[] | Promise<string[]>} packages their names; `options` make `apt-cache` read the lists that were
 *   fetched
 */
export async function unpackDebianPackages(packages, folder, report, env) {
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
    const aptGet = (args, cwd) => tryRun(report, env, 'apt-get', [...privately, ...args], cwd);
    const failure =
      (await aptGet(['update'])) ?? (await aptGet(['download', ...(await packages(privately))], work));
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
