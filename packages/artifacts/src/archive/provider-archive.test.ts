import { gunzipSync, gzipSync } from 'node:zlib';
import { createSigningKey, requireValidToken } from '@wasmlattice/identity';
import { describe, expect, it } from 'vitest';
import { readArchiveToken, readProviderArchive } from './read-archive.js';
import { tinyArchive } from './testing/made-by-wash.js';
import { inPieces, type TarEntry, tarFile } from './testing/tar-file.js';
import { type ArchiveContent, writeProviderArchive } from './write-archive.js';

const account = createSigningKey('account');
const service = createSigningKey('service').publicKey;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const content: ArchiveContent = {
  programs: new Map([
    ['x86_64-linux', bytes('for a PC')],
    ['aarch64-macos', new Uint8Array(100_000).fill(7)],
  ]),
  metadata: { name: 'kv', vendor: 'acme', revision: 3, version: '0.3.0', configSchema: { type: 'object' } },
  subject: service,
  issuedAt: 1_700_000_000,
};

/** Some of the entries of a good archive, and others. */
async function archiveWith(...entries: readonly (TarEntry | 'claims' | 'program')[]): Promise<Uint8Array> {
  const { token } = await writeProviderArchive(content, account);
  return tarFile(
    ...entries.map((entry): TarEntry => {
      if (entry === 'claims') return { path: 'claims.jwt', content: token.text };
      if (entry === 'program') return { path: 'x86_64-linux.bin', content: 'for a PC' };
      return entry;
    }),
  );
}

const read = (archive: Uint8Array) => readProviderArchive(inPieces(archive));

describe('a provider archive', () => {
  it.each([false, true])('comes back as it was written, compressed: %s', async (compress) => {
    const { bytes: archive, token } = await writeProviderArchive(content, account, { compress });
    for (const length of [1, 511, 100_000_000]) {
      const found = await readProviderArchive(inPieces(archive, length === 1 && !compress ? 7 : length));
      expect(found).toEqual({ token, programs: content.programs, world: undefined });
    }
    expect(await readArchiveToken(inPieces(archive))).toEqual(token);
    expect(token.claims.metadata?.targetHashes.size).toBe(2);
  });

  it('may hold the world of its interfaces', async () => {
    const world = bytes('world');
    const { bytes: archive, token } = await writeProviderArchive({ ...content, world }, account);
    expect((await read(archive)).world).toEqual(world);
    expect([...(token.claims.metadata?.targetHashes.keys() ?? [])]).toContain('world.wasm');
  });

  it('that wash made is read', async () => {
    for (const archive of [tinyArchive, new Uint8Array(gunzipSync(tinyArchive))]) {
      const { token, programs } = await read(archive);
      expect(token.claims).toMatchObject({
        metadata: { name: 'Tiny Provider', vendor: 'acme', revision: 2, version: '0.2.0' },
        formatRevision: 3,
      });
      expect(token.claims.metadata?.configSchema).toEqual({ type: 'object' });
      expect(new TextDecoder().decode(programs.get('x86_64-linux'))).toBe('#!/bin/sh\nexit 0\n');
      expect([...programs.keys()].sort()).toEqual(['aarch64-linux', 'x86_64-linux']);
      expect(() => requireValidToken(token, Date.now())).not.toThrow();
    }
  });

  it('may have folders and leading dots in the names of its files', async () => {
    const archive = await archiveWith(
      { path: './', type: 'Directory' },
      { path: './claims.jwt', content: (await writeProviderArchive(content, account)).token.text },
      { path: 'bin/x86_64-linux.bin', content: 'for a PC' },
    );
    expect([...(await read(archive)).programs.keys()]).toEqual(['x86_64-linux']);
  });

  it.each<[string, string, (TarEntry | 'claims' | 'program')[], string]>([
    [
      'a name that leads out of it',
      'unsafe',
      ['claims', { path: '../../etc/passwd', content: 'x' }],
      'leads out of it',
    ],
    ['an absolute name', 'unsafe', ['claims', { path: '/etc/passwd', content: 'x' }], "'/etc/passwd'"],
    [
      'a name with backslashes',
      'unsafe',
      ['claims', { path: '..\\evil.bin', content: 'x' }],
      'leads out of it',
    ],
    [
      'a symbolic link',
      'unsafe',
      ['claims', { path: 'x86_64-linux.bin', type: 'SymbolicLink', linkpath: '/etc/passwd' }],
      'SymbolicLink',
    ],
    [
      'a hard link',
      'unsafe',
      ['claims', { path: 'x86_64-linux.bin', type: 'Link', linkpath: 'claims.jwt' }],
      'Link',
    ],
    ['no claims', 'incomplete', ['program'], 'Not enough files found in provider archive'],
    ['no program', 'incomplete', ['claims'], 'Not enough files found in provider archive'],
    [
      'a changed program',
      'hash',
      ['claims', { path: 'x86_64-linux.bin', content: 'evil' }],
      "do not match for 'x86_64-linux'",
    ],
    [
      'a program without a hash',
      'hash',
      ['claims', 'program', { path: 'arm-linux.bin', content: 'x' }],
      'no hash of it in its claims',
    ],
    [
      'a world without a hash',
      'hash',
      ['claims', 'program', { path: 'world.wasm', content: 'x' }],
      "'world.wasm'",
    ],
    ['two claims', 'malformed', ['claims', 'claims', 'program'], 'a second file'],
    ['two programs of one name', 'malformed', ['claims', 'program', 'program'], 'a second file'],
  ])('with %s is refused', async (_, code, entries, reason) => {
    const archive = await archiveWith(...entries);
    for (const form of [archive, new Uint8Array(gzipSync(archive))]) {
      await expect(read(form)).rejects.toThrow(expect.objectContaining({ code }));
      await expect(read(form)).rejects.toThrow(reason);
    }
  });

  it.each([
    ['nothing', new Uint8Array(), 'it is empty'],
    ['text', bytes('hello '.repeat(300)), 'not a provider archive'],
    ['half a gzip stream', tinyArchive.subarray(0, 300), 'damaged'],
    ['half a tar file', gunzipSync(tinyArchive).subarray(0, 800), 'damaged'],
    ['gzip in gzip', new Uint8Array(gzipSync(tinyArchive)), 'compressed twice'],
  ])('that is %s is refused', async (_, archive, reason) => {
    await expect(read(archive)).rejects.toThrow(
      expect.objectContaining({ code: expect.stringMatching(/malformed|incomplete/) }),
    );
    await expect(read(archive)).rejects.toThrow(reason);
  });

  it('that would unpack to more than it may is refused at once', async () => {
    const limits = { total: 1_000_000, program: 50_000, world: 1_000 };
    const { bytes: archive } = await writeProviderArchive(content, account);
    await expect(readProviderArchive(inPieces(archive), limits)).rejects.toThrow('more than 50000');
    const bomb = gzipSync(tarFile({ path: 'a.bin', content: new Uint8Array(3_000_000) }));
    const total = readProviderArchive(inPieces(new Uint8Array(bomb)), { ...limits, program: 9_000_000 });
    await expect(total).rejects.toThrow('the archive has more than 1000000 bytes');
  });

  it('with a token that is none is refused', async () => {
    const archive = await archiveWith({ path: 'claims.jwt', content: 'hello' }, 'program');
    await expect(read(archive)).rejects.toThrow(expect.objectContaining({ name: 'ClaimsError' }));
  });
});
