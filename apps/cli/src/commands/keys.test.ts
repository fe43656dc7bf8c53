import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSigningFolder } from '../testing/signing-folder.js';

describe('keys', () => {
  it.each([
    ['account', 'A', 'SA'],
    ['component', 'M', 'SM'],
    ['Provider', 'V', 'SV'],
    ['host', 'N', 'SN'],
    ['cluster', 'C', 'SC'],
    ['xkey', 'X', 'SX'],
  ])('gen %s prints a key of that kind', async (kind, publicLetter, seedLetters) => {
    await using folder = await createSigningFolder();
    const key = await folder.json('keys', 'gen', kind);
    expect(key).toEqual({
      success: true,
      public_key: expect.stringMatching(new RegExp(`^${publicLetter}[A-Z2-7]{55}$`)),
      seed: expect.stringMatching(new RegExp(`^${seedLetters}[A-Z2-7]{56}$`)),
    });
    expect((await folder.run('keys', 'gen', kind)).output).toMatch(/^Public Key: .*\nSeed: /);
    expect(await folder.json('keys', 'list')).toEqual({ success: true, keys: [] });
  });

  it('gen names the kinds there are', async () => {
    await using folder = await createSigningFolder();
    for (const kind of ['pony', '__proto__', 'constructor']) {
      const { code, errors } = await folder.run('keys', 'gen', kind);
      expect([code, errors]).toEqual([2, expect.stringContaining('give one of account, user, module')]);
    }
  });

  it('list and get find what signing made, for its owner alone', async () => {
    await using folder = await createSigningFolder();
    await folder.run('claims', 'sign', 'hello.wasm', '-n', 'Hello');
    expect(await folder.json('keys', 'list')).toMatchObject({ keys: ['ada_account', 'hello_module'] });
    const file = join(folder.path, 'keys', 'ada_account.nk');
    expect((await stat(file)).mode & 0o077).toBe(0);
    const seed = await readFile(file, 'utf8');
    for (const name of ['ada_account', 'ada_account.nk']) {
      expect(await folder.json('keys', 'get', name)).toEqual({ success: true, seed });
    }
    const missing = await folder.run('keys', 'get', 'nobody');
    expect([missing.code, missing.errors]).toEqual([
      1,
      expect.stringContaining("Key nobody doesn't exist in"),
    ]);
    expect((await folder.run('keys', 'get', '../secret')).code).toBe(2);
  });

  it('of another kind is refused without telling it', async () => {
    await using folder = await createSigningFolder();
    const { seed } = await folder.json('keys', 'gen', 'module');
    await writeFile(join(folder.path, 'key.nk'), String(seed));
    for (const given of ['key.nk', String(seed), 'nonsense']) {
      const { code, errors } = await folder.run('claims', 'sign', 'hello.wasm', '-n', 'Hello', '-i', given);
      expect([code, errors]).toEqual([2, expect.stringContaining('expected an account seed (SA…')]);
      expect(errors).not.toContain(String(seed));
    }
  });
});
