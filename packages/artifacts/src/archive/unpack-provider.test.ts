import { readdir, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createSigningKey } from '@wasmlattice/identity';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withFileLock } from '../file-lock.js';
import { providerTarget } from './provider-targets.js';
import { isProviderArchive } from './read-archive.js';
import { tinyArchive } from './testing/made-by-wash.js';
import { tarFile } from './testing/tar-file.js';
import { unpackProvider } from './unpack-provider.js';
import { writeProviderArchive } from './write-archive.js';

let dir: TempDir;
let archive: string;
let folder: string;
beforeEach(async () => {
  dir = await createTempDir();
  [archive, folder] = [join(dir.path, 'tiny.par.gz'), join(dir.path, 'cache', 'providers')];
  await writeFile(archive, tinyArchive);
});
afterEach(() => dir[Symbol.asyncDispose]());

const target = 'x86_64-linux';

describe('unpackProvider', () => {
  it('gives an executable file and the token', async () => {
    const { path, token } = await unpackProvider(archive, { target, folder });
    expect(await readFile(path, 'utf8')).toBe('#!/bin/sh\nexit 0\n');
    expect((await stat(path)).mode & 0o111).not.toBe(0);
    expect(token.claims.metadata?.name).toBe('Tiny Provider');
    const other = await unpackProvider(archive, { target: 'aarch64-linux', folder });
    expect(await readFile(other.path, 'utf8')).toBe('#!/bin/sh\nexit 1\n');
    expect((await readdir(folder)).sort()).toEqual(
      [path, other.path].map((each) => each.slice(folder.length + 1)).sort(),
    );
  });

  it('unpacks once for all that ask', async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, () => unpackProvider(archive, { target, folder })),
    );
    const [{ path } = { path: '' }] = all;
    expect(new Set(all.map((each) => each.path)).size).toBe(1);
    const { ino } = await stat(path);
    await unpackProvider(archive, { target, folder });
    expect((await stat(path)).ino).toBe(ino);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('replaces a file that is not what was signed any more', async () => {
    const { path } = await unpackProvider(archive, { target, folder });
    await truncate(path, 3);
    await unpackProvider(archive, { target, folder });
    expect(await readFile(path, 'utf8')).toBe('#!/bin/sh\nexit 0\n');
  });

  it('says for which machines there is a program when there is none for this one', async () => {
    await expect(unpackProvider(archive, { target: 's390x-linux', folder })).rejects.toThrow(
      'no program for s390x-linux, the machine of this host; it has those for aarch64-linux, x86_64-linux',
    );
  });

  it('leaves nothing behind of what is not as it was signed', async () => {
    const content = {
      programs: new Map([[target, new TextEncoder().encode('good')]]),
      metadata: { vendor: 'acme' },
      subject: createSigningKey('service').publicKey,
      issuedAt: 1,
    };
    const { token } = await writeProviderArchive(content, createSigningKey('account'));
    const claims = { path: 'claims.jwt', content: token.text };
    const changed = [
      tarFile(claims, { path: `${target}.bin`, content: 'evil' }),
      tarFile({ path: `${target}.bin`, content: 'evil' }, claims),
      tarFile(claims, { path: `${target}.bin`, content: 'good' }, { path: 'world.wasm', content: 'evil' }),
      tarFile(claims, { path: 'other.bin', content: 'good' }),
      tarFile(claims, { path: `../${target}.bin`, content: 'good' }),
    ];
    for (const bytes of changed) {
      await writeFile(archive, bytes);
      await expect(unpackProvider(archive, { target, folder })).rejects.toThrow(
        expect.objectContaining({ name: 'ArchiveError' }),
      );
    }
    expect(await readdir(folder)).toEqual([]);
    expect(await readdir(dir.path)).toEqual(['cache', 'tiny.par.gz']);
  });

  it('removes programs that nobody has started for 30 days, and what was left half done', async () => {
    const { path } = await unpackProvider(archive, { target, folder });
    await writeFile(`${path}.half.part`, '');
    await writeFile(join(folder, 'fresh'), '');
    const old = new Date(Date.now() - 31 * 86_400_000);
    for (const each of [path, `${path}.half.part`]) await utimes(each, old, old);
    const other = await unpackProvider(archive, { target: 'aarch64-linux', folder });
    expect((await readdir(folder)).sort()).toEqual([basename(other.path), 'fresh'].sort());
    await unpackProvider(archive, { target, folder });
    expect((await readdir(folder)).sort()).toEqual([basename(other.path), basename(path), 'fresh'].sort());
  });

  it('waits no longer than it may', async () => {
    const { path } = await unpackProvider(archive, { target, folder });
    await withFileLock(`${path}.lock`, async () => {
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(unpackProvider(archive, { target, folder, signal })).rejects.toThrow(/abort|enough/i);
    });
  });
});

describe('a file lock', () => {
  it('is held by one at a time', async () => {
    const file = join(dir.path, 'a.lock');
    let holders = 0;
    const work = async (): Promise<void> => {
      holders += 1;
      expect(holders).toBe(1);
      await stat(dir.path);
      holders -= 1;
    };
    await Promise.all(Array.from({ length: 5 }, () => withFileLock(file, work)));
    expect(await readdir(dir.path)).not.toContain('a.lock');
  });

  it('that a killed process left behind is taken over', async () => {
    const file = join(dir.path, 'a.lock');
    await writeFile(file, '1');
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(file, longAgo, longAgo);
    expect(await withFileLock(file, async () => 'done')).toBe('done');
  });
});

it('an archive is told from a program by its first bytes', async () => {
  expect(await isProviderArchive(archive)).toBe(true);
  await writeFile(archive, tarFile({ path: 'claims.jwt' }));
  expect(await isProviderArchive(archive)).toBe(true);
  for (const program of ['#!/usr/bin/env node\n', '\x7fELF', '']) {
    await writeFile(archive, program);
    expect(await isProviderArchive(archive)).toBe(false);
  }
});

it.each([
  ['x64', 'linux', 'x86_64-linux'],
  ['arm64', 'darwin', 'aarch64-macos'],
  ['x64', 'win32', 'x86_64-windows'],
  ['riscv64', 'freebsd', 'riscv64-freebsd'],
])('%s and %s are the target %s', (arch, platform, expected) => {
  expect(providerTarget(arch, platform)).toBe(expected);
});
