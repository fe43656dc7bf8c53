import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { SqldbSqliteSettings } from '@wasmlattice/provider-host/config-schema';
import { SettingsError } from '@wasmlattice/provider-sdk';

/** The database of a link. */
export interface DatabaseSettings {
  /** Absolute, or `:memory:`. */
  readonly file: string;
  readonly isReadOnly: boolean;
  readonly busyTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

export const inMemory = ':memory:';

/**
 * What the settings of a link mean. Makes the folders that lead to a file which is to be written.
 *
 * @throws SettingsError for a file that is not in the provider's folder, links of the file system followed
 */
export async function databaseSettings(settings: SqldbSqliteSettings): Promise<DatabaseSettings> {
  const { SQLITE_FILE: file, SQLITE_FOLDER: folder, SQLITE_READ_ONLY: isReadOnly } = settings;
  const common = {
    isReadOnly,
    busyTimeoutMs: settings.SQLITE_BUSY_TIMEOUT_MS,
    statementTimeoutMs: settings.SQLITE_STATEMENT_TIMEOUT_MS,
  };
  if (file === inMemory) {
    if (isReadOnly)
      throw new SettingsError('SQLITE_READ_ONLY is for files: a database in memory would stay empty');
    return { file, ...common };
  }
  if (folder === undefined) {
    throw new SettingsError(
      `SQLITE_FILE is ${JSON.stringify(file)}, and the provider has no SQLITE_FOLDER: give it one, or use ${inMemory}`,
    );
  }
  return { file: await fileIn(folder, file, isReadOnly), ...common };
}

async function fileIn(folder: string, file: string, isReadOnly: boolean): Promise<string> {
  const outside = new SettingsError(
    `SQLITE_FILE is ${JSON.stringify(file)}: give a path in the provider's SQLITE_FOLDER`,
  );
  const path = resolve(folder, file);
  if (!isWithin(folder, path)) throw outside;
  if (!isReadOnly) await mkdir(dirname(path), { recursive: true });
  const [root, parent] = await Promise.all([realpath(folder), realpath(dirname(path))]);
  if (parent !== root && !isWithin(root, parent)) throw outside;
  const real = await realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return join(parent, basename(path));
    throw error;
  });
  if (!isWithin(root, real)) throw outside;
  return real;
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === path;
}
