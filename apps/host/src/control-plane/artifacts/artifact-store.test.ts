import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ArchiveContent, providerTarget, writeProviderArchive } from '@wasmlattice/artifacts';
import { createSigningKey } from '@wasmlattice/identity';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArtifactError } from './artifact-error.js';
import { ArtifactReferenceError } from './artifact-reference.js';
import { type ArtifactStore, type ArtifactStoreOptions, createArtifactStore } from './artifact-store.js';

const unsigned = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];

let dir: TempDir;
let file: string;
beforeAll(async () => {
  dir = await createTempDir();
  file = join(dir.path, 'with blank.wasm');
  await writeFile(file, Buffer.from(unsigned));
  await mkdir(join(dir.path, 'folder'));
});
afterAll(() => dir[Symbol.asyncDispose]());

function open(changes: Partial<ArtifactStoreOptions> = {}): ArtifactStore {
  return createArtifactStore({
    allowFileLoad: true,
    maxComponentSize: 8,
    providerFolder: join(dir.path, 'providers'),
    registries: { use: () => Promise.reject(new ArtifactError('no registry is there')) },
    ...changes,
  });
}

let store: ArtifactStore;
beforeAll(() => {
  store = open();
});

describe('fetchComponent', () => {
  it('reads a path or a file URL into memory that threads can share', async () => {
    for (const reference of [file, pathToFileURL(file).href]) {
      const { bytes, token } = await store.fetchComponent(reference);
      expect([...bytes]).toEqual(unsigned);
      expect(bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(token).toBeUndefined();
    }
  });

  it.each([
    ['missing.wasm', 'there is no such file on the machine of this host'],
    ['folder', 'it is a folder'],
  ])('names the file %s and why it can not be had', async (name, reason) => {
    const path = join(dir.path, name);
    const failure = store.fetchComponent(path);
    await expect(failure).rejects.toThrow(ArtifactError);
    await expect(failure).rejects.toThrow(`failed to fetch '${path}': ${reason}`);
  });

  it('refuses a component that is too large and names the setting', async () => {
    const small = open({ maxComponentSize: 7 });
    await expect(small.fetchComponent(file)).rejects.toThrow(
      "has 8 bytes; the limit 'component-size' is 7: raise the host's --max-component-size-bytes",
    );
  });

  it('refuses built-in providers', async () => {
    const failure = store.fetchComponent('wasmcloud+builtin://http-server');
    await expect(failure).rejects.toThrow(ArtifactError);
    await expect(failure).rejects.toThrow('names a built-in provider, not a component');
  });

  it('refuses what is no reference', async () => {
    await expect(store.fetchComponent('')).rejects.toThrow(ArtifactReferenceError);
  });
});

function archiveOf(target: string, program: string): ArchiveContent {
  return {
    programs: new Map([[target, Buffer.from(program)]]),
    metadata: { vendor: 'acme' },
    subject: createSigningKey('service').publicKey,
    issuedAt: 1,
  };
}

describe('fetchProvider', () => {
  it('answers with the file on this machine or the name of the builtin', async () => {
    const path = join(dir.path, 'kv.js');
    await writeFile(path, 'hello');
    expect(await store.fetchProvider(pathToFileURL(path).href)).toEqual({ kind: 'file', path });
    expect(await store.fetchProvider('wasmcloud+builtin://http-server')).toEqual({
      kind: 'builtin',
      name: 'http-server',
    });
  });

  it('unpacks the program of an archive and tells its token', async () => {
    const archive = join(dir.path, 'kv.par');
    const target = providerTarget(process.arch, process.platform);
    const account = createSigningKey('account');
    const { bytes, token } = await writeProviderArchive(archiveOf(target, 'program'), account);
    await writeFile(archive, bytes);
    const found = await store.fetchProvider(archive);
    expect(found).toMatchObject({ kind: 'file', token });
    expect(found.kind === 'file' && (await readFile(found.path, 'utf8'))).toBe('program');
    expect(found.kind === 'file' && found.path.startsWith(join(dir.path, 'providers'))).toBe(true);
    if (found.kind !== 'file') return;
    await rm(found.path);
    await found.restore?.();
    expect(await readFile(found.path, 'utf8')).toBe('program');
    await writeFile(archive, (await writeProviderArchive(archiveOf(target, 'another'), account)).bytes);
    await found.restore?.();
    await rm(found.path);
    await expect(found.restore?.()).rejects.toThrow('has another program now');
  });

  it('names the file that is not there', async () => {
    await expect(store.fetchProvider('file:///srv/none')).rejects.toThrow(
      "failed to fetch '/srv/none': there is no such file on the machine of this host",
    );
  });
});

describe('without --allow-file-load', () => {
  let closed: ArtifactStore;
  beforeAll(() => {
    closed = open({ allowFileLoad: false });
  });

  it('loads no files, and says with which flag it would', async () => {
    await expect(closed.fetchComponent(file)).rejects.toThrow(
      /^unable to start component from file, file loading is disabled .*--allow-file-load$/,
    );
    await expect(closed.fetchProvider(file)).rejects.toThrow(
      /^unable to start provider from file, file loading is disabled .*--allow-file-load$/,
    );
  });

  it('still offers builtins', async () => {
    expect(await closed.fetchProvider('wasmcloud+builtin://http-server')).toMatchObject({ kind: 'builtin' });
  });
});
