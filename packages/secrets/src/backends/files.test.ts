import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import type { Entity } from '../server/authorise.js';
import { EnvironmentSecrets } from './environment.js';
import { FileSecrets } from './files.js';

const entity: Entity = { publicKey: 'MABC', issuer: 'AABC', host: 'N', application: undefined, policy: '{}' };

describe('secrets in files', () => {
  it('are their content, by the path within the folder', async () => {
    await using dir = await createTempDir();
    await mkdir(join(dir.path, 'shop'));
    await writeFile(join(dir.path, 'shop/db'), 'hunter2');
    await writeFile(join(dir.path, 'key.der'), Uint8Array.of(0x30, 0xff));
    const secrets = new FileSecrets(dir.path);
    const got = await secrets.get({ key: 'shop/db', entity });
    expect(got.secret.reveal().value).toBe('hunter2');
    expect((await secrets.get({ key: 'shop/db', version: got.version, entity })).version).toBe(got.version);
    expect((await secrets.get({ key: 'key.der', entity })).secret.reveal().kind).toBe('bytes');
    await expect(secrets.get({ key: 'shop/db', version: '1', entity })).rejects.toMatchObject({
      kind: 'SecretNotFound',
    });
  });

  it.each([
    ['../outside', 'SecretNotFound'],
    ['/etc/hostname', 'InvalidRequest'],
    ['link', 'SecretNotFound'],
    ['.', 'SecretNotFound'],
    ['', 'InvalidRequest'],
    ['missing', 'SecretNotFound'],
  ])('are not had by %j', async (key, kind) => {
    await using dir = await createTempDir();
    await writeFile(join(dir.path, 'outside'), 'hunter2');
    const inside = join(dir.path, 'inside');
    await mkdir(inside);
    await symlink(join(dir.path, 'outside'), join(inside, 'link'));
    await expect(new FileSecrets(inside).get({ key, entity })).rejects.toMatchObject({ kind });
  });

  it('are for the keys that are allowed, be it of a workload or of who signed it', async () => {
    await using dir = await createTempDir();
    await writeFile(join(dir.path, 'db'), 'x');
    const get = (allowed: string[]) => new FileSecrets(dir.path, allowed).get({ key: 'db', entity });
    await expect(get(['MOTHER'])).rejects.toMatchObject({ kind: 'Unauthorized' });
    expect(await get(['AABC'])).toBeDefined();
    expect(await get(['MABC'])).toBeDefined();
  });

  it('are watched', async () => {
    await using dir = await createTempDir();
    const { promise: changed, resolve } = Promise.withResolvers<void>();
    const end = new FileSecrets(dir.path).onChange(resolve);
    await writeFile(join(dir.path, 'db'), 'x');
    await changed;
    end();
    end();
  });
});

describe('secrets in variables', () => {
  it('are those with the prefix, and no others', async () => {
    const secrets = new EnvironmentSecrets({ SECRET_DB: 'hunter2', PATH: '/bin' }, 'SECRET_');
    expect((await secrets.get({ key: 'DB', entity })).secret.reveal().value).toBe('hunter2');
    for (const key of ['PATH', 'constructor', '']) {
      await expect(secrets.get({ key, entity })).rejects.toMatchObject({ kind: 'SecretNotFound' });
    }
    await expect(secrets.get({ key: 'DB', version: '2', entity })).rejects.toMatchObject({
      kind: 'SecretNotFound',
    });
  });
});
