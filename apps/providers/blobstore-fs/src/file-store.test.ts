import { mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore } from '@wasmlattice/blobstore';
import { createTempDir } from '@wasmlattice/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileStore } from './file-store.js';
import { partialFolder } from './store-path.js';

let folder: Awaited<ReturnType<typeof createTempDir>>;
let root: string;
let store: BlobStore;

beforeEach(async () => {
  folder = await createTempDir();
  root = join(folder.path, 'root');
  store = await openFileStore(root);
  await store.createContainer('box');
});
afterEach(() => folder[Symbol.asyncDispose]());

const everything = { offset: 0n, limit: 2n ** 64n };
const all = 2n ** 64n - 1n;
const id = (object: string, container = 'box'): { container: string; object: string } => ({
  container,
  object,
});

async function* bytes(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

async function names(range = everything, container = 'box'): Promise<string[]> {
  const chunks = await Array.fromAsync(await store.list(container, range));
  return chunks.flat().sort();
}

async function text(object: string, start = 0n, end = all): Promise<string> {
  return Buffer.concat(await Array.fromAsync(await store.read(id(object), start, end))).toString();
}

describe('file store', () => {
  it('keeps objects as files, in folders where their names have slashes', async () => {
    await store.write(id('a.txt'), bytes('hello ', 'world'));
    await store.write(id('2026/11/b.txt'), bytes());
    expect(await readFile(join(root, 'box/a.txt'), 'utf8')).toBe('hello world');
    expect(await names()).toEqual(['2026/11/b.txt', 'a.txt']);
    expect(await text('a.txt')).toBe('hello world');
    expect(await text('2026/11/b.txt')).toBe('');
    const { size, createdAt } = await store.objectInfo(id('a.txt'));
    expect(size).toBe(11n);
    expect(createdAt).toBeGreaterThan(1_600_000_000n);
  });

  it('reads a range up to but without its end', async () => {
    await store.write(id('a'), bytes('0123456789'));
    expect(await text('a', 2n, 5n)).toBe('234');
    expect(await text('a', 8n, 100n)).toBe('89');
    expect(await text('a', 20n, 30n)).toBe('');
    await expect(store.read(id('a'), 5n, 2n)).rejects.toThrow(
      /the end of the range, 2, is before its start, 5/,
    );
  });

  it('lists a part of a container', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await store.write(id(name), bytes());
    expect(await names({ offset: 1n, limit: 2n })).toHaveLength(2);
    expect(await names({ offset: 3n, limit: 9n })).toHaveLength(1);
    expect(await names({ offset: 0n, limit: 0n })).toEqual([]);
  });

  it('has the old object until the new one is complete', async () => {
    await store.write(id('a'), bytes('old'));
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode('new');
      expect(await text('a')).toBe('old');
      throw new Error('the peer left');
    }
    await expect(store.write(id('a'), broken())).rejects.toThrow('the peer left');
    expect(await text('a')).toBe('old');
    expect(await readdir(join(root, partialFolder))).toEqual([]);
  });

  it('copies, moves and deletes', async () => {
    await store.createContainer('other');
    await store.write(id('deep/a'), bytes('x'));
    await store.copy(id('deep/a'), id('b', 'other'));
    await store.move(id('deep/a'), id('deeper/still/c', 'other'));
    expect(await names()).toEqual([]);
    // The folder that is empty now does not stand in the way of an object.
    await store.write(id('deep'), bytes('y'));
    expect(await names(everything, 'other')).toEqual(['b', 'deeper/still/c']);
    await store.deleteObjects('other', ['deeper/still/c', 'never/was', 'b']);
    expect(await names(everything, 'other')).toEqual([]);
    expect(await readdir(join(root, 'other'))).toEqual([]);
  });

  it('clears and deletes containers with everything in them', async () => {
    await store.write(id('a/b'), bytes('x'));
    await store.clearContainer('box');
    expect(await names()).toEqual([]);
    await store.write(id('a'), bytes('x'));
    await store.deleteContainer('box');
    expect(await store.containerExists('box')).toBe(false);
  });

  it('says what does not exist', async () => {
    const noBox = 'container "none" does not exist';
    await expect(store.list('none', everything)).rejects.toThrow(noBox);
    await expect(store.write(id('a', 'none'), bytes())).rejects.toThrow(noBox);
    await expect(store.prepareWrite(id('a', 'none'))).rejects.toThrow(noBox);
    await expect(store.containerInfo('none')).rejects.toThrow(noBox);
    await expect(store.deleteContainer('none')).rejects.toThrow(noBox);
    await expect(store.objectInfo(id('a', 'none'))).rejects.toThrow(noBox);
    await expect(store.read(id('a'), 0n, all)).rejects.toThrow(
      'object "a" of container "box" does not exist',
    );
    await store.write(id('a'), bytes());
    await expect(store.copy(id('a'), id('a', 'none'))).rejects.toThrow(noBox);
    await expect(store.move(id('a'), id('a', 'none'))).rejects.toThrow(noBox);
    expect(await store.hasObject(id('a'))).toBe(true);
    expect(await store.hasObject(id('a/b'))).toBe(false);
  });

  it.each(['..', '.', '', 'a/b', '/etc', partialFolder, 'a\0b'])('has no container %j', async (name) => {
    await expect(store.createContainer(name)).rejects.toThrow(/is no name for a container/);
    await expect(store.deleteContainer(name)).rejects.toThrow(/is no name for a container/);
  });

  it.each(['../secret', 'a/../../secret', '/etc/passwd', '', 'a//b', './a', 'a/', 'a\0b'])(
    'has no object %j',
    async (name) => {
      await writeFile(join(root, 'secret'), 'secret');
      await expect(store.read(id(name), 0n, all)).rejects.toThrow(/is no name for an object/);
      await expect(store.write(id(name), bytes('x'))).rejects.toThrow(/is no name for an object/);
      await expect(store.deleteObjects('box', [name])).rejects.toThrow(/is no name for an object/);
      expect(await readFile(join(root, 'secret'), 'utf8')).toBe('secret');
    },
  );

  it('follows no symbolic link out of the root', async () => {
    const outside = join(folder.path, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'secret'), 'secret');
    await symlink(outside, join(root, 'box/link'));
    await symlink(join(outside, 'secret'), join(root, 'box/file'));
    await symlink(outside, join(root, 'linked'));
    const left = /leads out of the root directory/;
    await expect(store.read(id('link/secret'), 0n, all)).rejects.toThrow(left);
    await expect(store.read(id('file'), 0n, all)).rejects.toThrow(left);
    await expect(store.write(id('link/new'), bytes('x'))).rejects.toThrow(left);
    await expect(store.deleteObjects('box', ['link/secret'])).rejects.toThrow(left);
    await expect(store.list('linked', everything)).rejects.toThrow(left);
    await expect(store.clearContainer('linked')).rejects.toThrow(left);
    expect(await names()).toEqual([]);
    expect(await readdir(outside)).toEqual(['secret']);
  });

  it('removes data of writes that were given up long ago', async () => {
    const stale = join(root, partialFolder, 'stale');
    const fresh = join(root, partialFolder, 'fresh');
    await writeFile(stale, 'x');
    await writeFile(fresh, 'x');
    const longAgo = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
    await utimes(stale, longAgo, longAgo);
    await openFileStore(root);
    expect(await readdir(join(root, partialFolder))).toEqual(['fresh']);
  });
});
