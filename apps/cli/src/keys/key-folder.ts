import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { usageError } from '../global-options.js';

const ending = '.nk';

/** The files `NAME.nk` of a folder, each with one seed; `wash` keeps its keys in the same way. */
export interface KeyFolder {
  readonly path: string;
  /** The seed of a key; `undefined` when there is none of that name. */
  read(name: string): Promise<string | undefined>;
  /** Keeps the seed of a new key from everybody but this user. Returns its file. */
  save(name: string, seed: string): Promise<string>;
  names(): Promise<string[]>;
}

/**
 * @param given `--directory`; without it the folder of `wash` is meant, so that both find each other's keys
 */
export function openKeyFolder(io: Pick<CliIo, 'env' | 'cwd'>, given: string | undefined): KeyFolder {
  const path = given === undefined ? defaultFolder(io.env) : resolve(io.cwd, given);
  const fileOf = (name: string): string => {
    if (name !== basename(name) || name === '' || name.startsWith('.')) {
      throw usageError(`the name of the key is \`${name}\``, 'give the name of a file without a path');
    }
    return join(path, name.endsWith(ending) ? name : `${name}${ending}`);
  };
  return {
    path,
    async read(name) {
      const file = fileOf(name);
      try {
        return (await readFile(file, 'utf8')).trim();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw unusable(path, error);
      }
    },
    async save(name, seed) {
      const file = fileOf(name);
      try {
        await mkdir(path, { recursive: true, mode: 0o700 });
        await writeFile(file, seed, { mode: 0o600, flag: 'wx' });
      } catch (error) {
        throw unusable(path, error);
      }
      return file;
    },
    async names() {
      try {
        const files = await readdir(path);
        return files
          .filter((file) => file.endsWith(ending))
          .map((file) => file.slice(0, -ending.length))
          .sort();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw unusable(path, error);
      }
    },
  };
}

function defaultFolder(env: CliIo['env']): string {
  const own = env.WASH_KEYS ?? env.WASH_KEYS_DIR;
  if (own !== undefined && own !== '') return own;
  const home = env.HOME ?? homedir();
  return join(env.XDG_DATA_HOME ?? join(home, '.local', 'share'), 'wash', 'keys');
}

function unusable(path: string, error: unknown): CliError {
  return new CliError(
    `the keys in ${path} can't be used: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
    'check the folder and its permissions, or name another with --directory',
    { cause: error },
  );
}
