import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSigningKey, decodeToken } from '@wasmlattice/identity';
import { describe, expect, it } from 'vitest';
import { createSigningFolder } from '../testing/signing-folder.js';

const flags = ['-n', 'Hello', '-t', 'a', '-t', 'b', '-r', '4', '-v', '1.2.3', '-a', 'say/hello'];

describe('claims', () => {
  it('sign puts into a component what inspect shows', async () => {
    await using folder = await createSigningFolder();
    const signed = await folder.run('claims', 'sign', 'hello.wasm', ...flags, '-x', '30');
    expect([signed.code, signed.output]).toEqual([0, 'Successfully signed hello_s.wasm\n']);
    const shown = await folder.json('claims', 'inspect', 'hello_s.wasm');
    expect(shown).toMatchObject({
      success: true,
      account: expect.stringMatching(/^A/),
      component: expect.stringMatching(/^M/),
      name: 'Hello',
      tags: 'a,b',
      revision: 4,
      version: '1.2.3',
      call_alias: 'say/hello',
      expires: expect.stringMatching(/^in (29|30)days$/),
      can_be_used: 'immediately',
      valid: true,
    });
    const { code, output } = await folder.run('claims', 'inspect', 'hello_s.wasm');
    expect(code).toBe(0);
    expect(output).toContain('Hello - Component\n');
    expect(output).toContain('Version      1.2.3 (4)\n');
  });

  it('sign takes keys by flag and by variable, and makes none when it may not', async () => {
    const [account, module] = [createSigningKey('account'), createSigningKey('module')];
    await using folder = await createSigningFolder({ WASH_SUBJECT_KEY: module.seed() });
    await writeFile(join(folder.path, 'account.nk'), `${account.seed()}\n`);
    const given = ['-i', 'account.nk', '--disable-keygen', '-d', 'out.wasm'];
    expect(await folder.json('claims', 'sign', 'hello.wasm', '-n', 'Hello', ...given)).toEqual({
      success: true,
      destination: 'out.wasm',
      account: account.publicKey,
      component: module.publicKey,
    });
    const without = await folder.run('claims', 'sign', 'hello.wasm', '-n', 'Hello', '--disable-keygen');
    expect([without.code, without.errors]).toEqual([
      1,
      expect.stringContaining('there is no key ada_account in'),
    ]);
  });

  it('inspect says why a token does not count, exit code 1', async () => {
    await using folder = await createSigningFolder();
    await folder.run('claims', 'sign', 'hello.wasm', ...flags, '-b', '2');
    const early = await folder.run('claims', 'inspect', 'hello_s.wasm');
    expect(early.code).toBe(1);
    expect(early.output).toContain('It does not count: token cannot be used before');
    const file = join(folder.path, 'hello_s.wasm');
    await writeFile(file, Buffer.concat([await readFile(file), Uint8Array.from([0, 2, 1, 0x78])]));
    const changed = await folder.run('claims', 'inspect', 'hello_s.wasm');
    expect([changed.code, changed.errors]).toEqual([1, expect.stringContaining('Invalid module hash')]);
    const unsigned = await folder.run('claims', 'inspect', 'hello.wasm');
    expect([unsigned.code, unsigned.errors]).toEqual([1, expect.stringContaining('nobody signed')]);
    expect((await folder.run('claims', 'inspect', 'none.wasm')).code).toBe(2);
    expect((await folder.run('claims', 'inspect', 'kv')).errors).toContain('not a WebAssembly binary');
  });

  it('inspect --jwt-only prints what can be decoded again', async () => {
    await using folder = await createSigningFolder();
    await folder.run('claims', 'sign', 'hello.wasm', ...flags);
    const { output } = await folder.run('claims', 'inspect', 'hello_s.wasm', '--jwt-only');
    expect(decodeToken('component', output.trim()).claims.metadata?.name).toBe('Hello');
  });

  it.each([
    ['component', ['-n', 'It'], { name: 'It', hash: '' }],
    ['provider', ['-n', 'It', '-v', 'acme', '-r', '2', '-e', '0.2.0'], { vendor: 'acme', revision: 2 }],
    ['account', ['-n', 'It', '-a', 'AKEY'], { name: 'It', validSigners: ['AKEY'] }],
    ['operator', ['-n', 'It'], { name: 'It', validSigners: [] }],
  ] as const)('token %s prints one', async (kind, given, metadata) => {
    await using folder = await createSigningFolder();
    const { code, output } = await folder.run('claims', 'token', kind, ...given);
    expect(code).toBe(0);
    expect(decodeToken(kind, output.trim()).claims.metadata).toMatchObject(metadata);
  });

  it.each([
    [['-a', 'Say Hello'], 'the call alias is `Say Hello`'],
    [['-r', 'four'], '--rev is `four`'],
    [['-x', '-1'], '--expires'],
  ])('sign refuses %j', async (given, reason) => {
    await using folder = await createSigningFolder();
    const { code, errors } = await folder.run('claims', 'sign', 'hello.wasm', '-n', 'Hello', ...given);
    expect([code, errors]).toEqual([2, expect.stringContaining(reason)]);
    expect(await folder.json('keys', 'list')).toMatchObject({ keys: [] });
  });
});
