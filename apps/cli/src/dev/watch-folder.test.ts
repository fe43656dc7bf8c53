import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FolderWatch, watchFolder } from './watch-folder.js';

let dir: TempDir;
let outside: TempDir;
let watch: FolderWatch;
beforeEach(async () => {
  dir = await createTempDir();
  outside = await createTempDir();
  await mkdir(join(dir.path, 'src'));
  await mkdir(join(dir.path, 'node_modules'));
  await writeFile(join(dir.path, 'src/a.ts'), 'a');
  await writeFile(join(dir.path, 'src/b.ts'), 'b');
  await writeFile(join(outside.path, 'wadm.yaml'), 'first');
  watch = await watchFolder(dir.path, [join(outside.path, 'wadm.yaml')]);
});
afterEach(async () => {
  watch[Symbol.dispose]();
  await dir[Symbol.asyncDispose]();
  await outside[Symbol.asyncDispose]();
});

const changes = async (): Promise<readonly string[]> =>
  (await watch.changes(AbortSignal.timeout(60_000))).paths.toSorted();

it('tells of a file that was written, and of one that took its place', async () => {
  await writeFile(join(dir.path, 'src/a.ts'), 'a2');
  expect(await changes()).toEqual(['src/a.ts']);
  await writeFile(join(dir.path, 'src/.a.ts.swp'), 'a3');
  await rename(join(dir.path, 'src/.a.ts.swp'), join(dir.path, 'src/a.ts'));
  expect(await changes()).toEqual(['src/a.ts']);
});

it('tells nothing of what builds and tools write, nor of a file that was written as it was', async () => {
  await writeFile(join(dir.path, 'node_modules/x.js'), 'x');
  await writeFile(join(dir.path, '.env'), 'x');
  await writeFile(join(dir.path, 'src/a.ts'), 'a');
  await writeFile(join(dir.path, 'src/b.ts'), 'b2');
  expect(await changes()).toEqual(['src/b.ts']);
});

it('tells of files that go, and of those in folders that are new', async () => {
  await rm(join(dir.path, 'src/a.ts'));
  expect(await changes()).toEqual(['src/a.ts']);
  await mkdir(join(dir.path, 'wit/deps'), { recursive: true });
  await writeFile(join(dir.path, 'wit/deps/world.wit'), 'w');
  expect(await changes()).toContain('wit/deps/world.wit');
  await writeFile(join(dir.path, 'wit/deps/world.wit'), 'w2');
  expect(await changes()).toContain('wit/deps/world.wit');
});

it('tells of a file elsewhere that it was asked for, and not of its neighbours', async () => {
  await writeFile(join(outside.path, 'other.yaml'), 'x');
  await writeFile(join(outside.path, 'wadm.yaml'), 'second');
  expect(await changes()).toEqual([expect.stringMatching(/^\.\..*wadm\.yaml$/)]);
});

it('tells nothing of what was there when it was told to settle', async () => {
  await writeFile(join(dir.path, 'src/a.ts'), 'made by a build');
  const seen = watch.changes(AbortSignal.timeout(60_000));
  expect((await seen).paths).toEqual(['src/a.ts']);
  await writeFile(join(dir.path, 'src/b.ts'), 'saved');
  await watch.settle();
  await writeFile(join(dir.path, 'src/a.ts'), 'saved later');
  expect(await changes()).toContain('src/a.ts');
});

it('tells of a file that is saved again before it settles', async () => {
  await writeFile(join(dir.path, 'src/a.ts'), 'saved');
  expect(await changes()).toEqual(['src/a.ts']);
  await writeFile(join(dir.path, 'src/a.ts'), 'saved during a build');
  await writeFile(join(dir.path, 'src/b.ts'), 'made by that build');
  await watch.settle();
  expect(await changes()).toContain('src/a.ts');
});

it('ends the wait with the reason of its signal', async () => {
  const stop = new AbortController();
  const waiting = watch.changes(stop.signal);
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});
