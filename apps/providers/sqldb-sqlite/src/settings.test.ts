import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SqldbSqliteSettings, sqldbSqliteSchema } from '@wasmlattice/provider-host/config-schema';
import { readSettings } from '@wasmlattice/provider-sdk';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databaseSettings } from './settings.js';

let dir: TempDir;
let folder: string;
beforeEach(async () => {
  dir = await createTempDir();
  folder = join(dir.path, 'databases');
  await mkdir(folder);
});
afterEach(() => dir[Symbol.asyncDispose]());

const read = (link: Record<string, string>, provider: Record<string, string> = { SQLITE_FOLDER: folder }) =>
  databaseSettings(
    readSettings<SqldbSqliteSettings>(sqldbSqliteSchema, {
      side: 'target',
      link: { config: link, secrets: {} },
      provider: { config: provider, secrets: {} },
    }),
  );

describe('the settings of a link', () => {
  it('have their defaults', async () => {
    expect(await read({ SQLITE_FILE: 'of/tasks.db' })).toEqual({
      file: join(folder, 'of/tasks.db'),
      isReadOnly: false,
      busyTimeoutMs: 5_000,
      statementTimeoutMs: 30_000,
    });
  });

  it.each(['../x.db', 'a/../../x.db', '/etc/x.db', '.', 'a/..', ''])(
    '%j is no file in the folder',
    async (file) => {
      await expect(async () => read({ SQLITE_FILE: file })).rejects.toThrow(/^SQLITE_FILE is/);
    },
  );

  it('follow no link of the file system out of the folder', async () => {
    await mkdir(join(dir.path, 'elsewhere'));
    await writeFile(join(dir.path, 'elsewhere', 'x.db'), '');
    await symlink(join(dir.path, 'elsewhere'), join(folder, 'way'));
    await symlink(join(dir.path, 'elsewhere', 'x.db'), join(folder, 'y.db'));
    await expect(read({ SQLITE_FILE: 'way/x.db' })).rejects.toThrow(
      /give a path in the provider's SQLITE_FOLDER$/,
    );
    await expect(read({ SQLITE_FILE: 'y.db' })).rejects.toThrow(
      /give a path in the provider's SQLITE_FOLDER$/,
    );
  });

  it('have files only where the provider has a folder', async () => {
    await expect(read({ SQLITE_FILE: 'x.db' }, {})).rejects.toThrow(/the provider has no SQLITE_FOLDER/);
    expect((await read({ SQLITE_FILE: ':memory:' }, {})).file).toBe(':memory:');
    await expect(read({ SQLITE_FILE: ':memory:', SQLITE_READ_ONLY: 'yes' })).rejects.toThrow(
      /would stay empty/,
    );
  });
});
