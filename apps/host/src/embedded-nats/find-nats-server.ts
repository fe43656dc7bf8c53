import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Environment } from '../config/read-settings.js';
import { EmbeddedNatsError } from './embedded-nats-error.js';

/** Folders that hold the program but are often missing from the PATH of users or of services. */
const usualFolders = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/**
 * The path of a `nats-server` program: the variable NATS_SERVER_BIN, else the folders of PATH, else usual folders,
 * else `{cacheDir}/nats-server`, where the set-up scripts unpack a downloaded package.
 *
 * @throws {@link EmbeddedNatsError} `not-found`, which says what to install
 */
export async function findNatsServer(env: Environment, cacheDir: string): Promise<string> {
  const chosen = env.NATS_SERVER_BIN;
  if (chosen !== undefined && chosen !== '') {
    if (await isProgram(chosen)) return chosen;
    throw new EmbeddedNatsError(
      `NATS_SERVER_BIN is \`${chosen}\`, which is not a program that can be run: correct it or unset it`,
      'not-found',
    );
  }
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [...folders, ...usualFolders, ...(await cacheFolders(cacheDir))]) {
    const program = join(folder, 'nats-server');
    if (await isProgram(program)) return program;
  }
  throw new EmbeddedNatsError(
    'there is no NATS server to connect to, and the program `nats-server` to start one was not found: install it ' +
      '(Debian, Ubuntu: apt-get install nats-server; macOS: brew install nats-server; other: https://nats.io/download), ' +
      'set NATS_SERVER_BIN to its path, or name a running server with --nats-host',
    'not-found',
  );
}

/** A Debian package unpacks to `usr/sbin`, directly or in a folder named for its version. */
async function cacheFolders(cacheDir: string): Promise<string[]> {
  const root = join(cacheDir, 'nats-server');
  const versions = await readdir(root).catch((): string[] => []);
  return [root, ...versions.map((version) => join(root, version))].flatMap((folder) => [
    folder,
    join(folder, 'bin'),
    join(folder, 'usr', 'sbin'),
    join(folder, 'usr', 'bin'),
  ]);
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
