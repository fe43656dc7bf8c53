import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contentKey, createFolderCache, writeFileAtomically } from './content-cache.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'content-cache-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('an entry that was put is got', async () => {
  const cache = createFolderCache(join(folder, 'new'));
  await cache.put('key', Uint8Array.of(1, 2, 3));
  expect([...((await cache.get('key')) ?? [])]).toEqual([1, 2, 3]);
});

test('a key that was never put is undefined', async () => {
  expect(await createFolderCache(join(folder, 'absent')).get('key')).toBeUndefined();
});

test('writers of the same file leave one whole file and no drafts', async () => {
  const path = join(folder, 'file');
  const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000));
  await Promise.all(texts.map((text) => writeFileAtomically(path, text)));
  expect(texts).toContain(await readFile(path, 'utf8'));
  expect(await readdir(folder)).toEqual(['file']);
});

test('parts that join to the same text have different keys', () => {
  expect(contentKey(['ab', 'c'])).not.toBe(contentKey(['a', 'bc']));
});
