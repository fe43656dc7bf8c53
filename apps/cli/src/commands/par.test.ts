import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createSigningFolder } from '../testing/signing-folder.js';

const flags = ['-v', 'acme', '-n', 'KV', '-b', 'kv', '-a', 'x86_64-linux'];

describe('par', () => {
  it('create makes what inspect shows, insert adds a program and keeps the rest', async () => {
    await using folder = await createSigningFolder();
    await writeFile(join(folder.path, 'schema.json'), '{"type":"object"}');
    const more = ['-r', '3', '--version', '0.3.0', '-j', 'schema.json', '--compress'];
    const created = await folder.run('par', 'create', ...flags, ...more);
    expect([created.code, created.output]).toEqual([0, 'Successfully created archive kv.par.gz\n']);
    const before = await folder.json('par', 'inspect', 'kv.par.gz');
    expect(before).toMatchObject({
      success: true,
      issuer: expect.stringMatching(/^A/),
      service: expect.stringMatching(/^V/),
      name: 'KV',
      vendor: 'acme',
      revision: '3',
      version: '0.3.0',
      schema: { type: 'object' },
      targets: ['x86_64-linux'],
      valid: true,
    });
    const inserted = await folder.run('par', 'insert', 'kv.par.gz', '-b', 'kv-arm', '-a', 'aarch64-linux');
    expect([inserted.code, inserted.output]).toEqual([
      0,
      'Successfully inserted kv-arm into archive kv.par.gz\n',
    ]);
    expect(await folder.json('par', 'inspect', 'kv.par.gz')).toEqual({
      ...before,
      targets: ['aarch64-linux', 'x86_64-linux'],
    });
    expect(gunzipSync(await readFile(join(folder.path, 'kv.par.gz'))).length).toBeGreaterThan(2_000);
    const { output } = await folder.run('par', 'inspect', 'kv.par.gz');
    expect(output).toContain('KV - Capability Provider\n');
    expect(output).toContain('Targets      aarch64-linux, x86_64-linux\n');
  });

  it('inspect says why an archive does not count', async () => {
    await using folder = await createSigningFolder();
    await folder.run('par', 'create', ...flags, '--nbf', '2', '--destination', 'early.par');
    const early = await folder.run('par', 'inspect', 'early.par');
    expect([early.code, early.output]).toEqual([1, expect.stringContaining('token cannot be used before')]);
    const file = join(folder.path, 'early.par');
    const bytes = await readFile(file);
    bytes.write('#!/bin/ev', bytes.indexOf('#!/bin/sh'));
    await writeFile(file, bytes);
    const changed = await folder.run('par', 'inspect', 'early.par');
    expect([changed.code, changed.errors]).toEqual([1, expect.stringContaining('do not match')]);
    const none = await folder.run('par', 'inspect', 'none.par');
    expect([none.code, none.errors]).toEqual([2, expect.stringContaining('`none.par`')]);
  });

  it.each([
    [['-a', '../../x'], 'the architecture is `../../x`'],
    [['-a', 'claims'], 'the architecture is `claims`'],
    [['-j', 'kv'], 'the schema `kv` is not JSON'],
    [['-b', 'none'], "the file `none` can't be read"],
    [['--source', 'kv'], '--binary and --source exclude each other'],
  ])('create refuses %j', async (given, reason) => {
    await using folder = await createSigningFolder();
    const { code, errors } = await folder.run('par', 'create', ...flags, ...given);
    expect([code, errors]).toEqual([2, expect.stringContaining(reason)]);
  });
});
