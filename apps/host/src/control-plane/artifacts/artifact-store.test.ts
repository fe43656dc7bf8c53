import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArtifactReferenceError } from './artifact-reference.js';
import { ArtifactError, createArtifactStore } from './artifact-store.js';

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

const store = createArtifactStore({ allowFileLoad: true, maxComponentSize: 8 });

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
    const small = createArtifactStore({ allowFileLoad: true, maxComponentSize: 7 });
    await expect(small.fetchComponent(file)).rejects.toThrow(
      "has 8 bytes; the limit 'component-size' is 7: raise the host's --max-component-size-bytes",
    );
  });

  it.each([
    ['ghcr.io/a/b:1', 'does not fetch from registries yet'],
    ['wasmcloud+builtin://http-server', 'names a built-in provider, not a component'],
  ])('refuses %s', async (reference, reason) => {
    const failure = store.fetchComponent(reference);
    await expect(failure).rejects.toThrow(ArtifactError);
    await expect(failure).rejects.toThrow(reason);
  });

  it('refuses what is no reference', async () => {
    await expect(store.fetchComponent('')).rejects.toThrow(ArtifactReferenceError);
  });
});

describe('fetchProvider', () => {
  it('answers with the file on this machine or the name of the builtin', async () => {
    expect(await store.fetchProvider('file:///srv/kv.js')).toEqual({ kind: 'file', path: '/srv/kv.js' });
    expect(await store.fetchProvider('wasmcloud+builtin://http-server')).toEqual({
      kind: 'builtin',
      name: 'http-server',
    });
  });

  it('refuses registries', async () => {
    await expect(store.fetchProvider('ghcr.io/a/b:1')).rejects.toThrow('does not fetch from registries yet');
  });
});

describe('without --allow-file-load', () => {
  const closed = createArtifactStore({ allowFileLoad: false, maxComponentSize: 8 });

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
