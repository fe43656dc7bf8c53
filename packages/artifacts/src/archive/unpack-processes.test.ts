import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSigningKey } from '@wasmlattice/identity';
import { type Child, createTempDir, startChild, type TempDir } from '@wasmlattice/test-support';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeProviderArchive } from './write-archive.js';

/** So many that a process can be killed before it has written them all. */
const program = randomBytes(24 * 1024 * 1024);
const target = 'x86_64-linux';

let dir: TempDir;
let archive: string;
let folder: string;
beforeEach(async () => {
  dir = await createTempDir();
  [archive, folder] = [join(dir.path, 'large.par'), join(dir.path, 'providers')];
  const content = {
    programs: new Map([[target, program]]),
    metadata: { vendor: 'acme' },
    subject: createSigningKey('service').publicKey,
    issuedAt: 1,
  };
  await writeFile(archive, (await writeProviderArchive(content, createSigningKey('account'))).bytes);
});
afterEach(() => dir[Symbol.asyncDispose]());

/** A host as far as it unpacks. */
function startUnpacking(): Child {
  const unpacking = fileURLToPath(new URL('testing/unpack-program.ts', import.meta.url));
  return startChild(process.execPath, [...process.execArgv, unpacking, archive, folder, target], {
    PATH: process.env.PATH,
    NODE_OPTIONS: process.env.NODE_OPTIONS,
  });
}

it('processes that unpack at once have one program, which the others wait for', async () => {
  await using all = new AsyncDisposableStack();
  const children = Array.from({ length: 4 }, () => all.use(startUnpacking()));
  const paths = await Promise.all(
    children.map(async (child) => (await child.waitForLine(/unpacked (\S+)/))[1]),
  );
  const [path = ''] = paths;
  expect(new Set(paths).size).toBe(1);
  expect(await readdir(folder)).toEqual([path.slice(folder.length + 1)]);
  expect((await readFile(path)).equals(program)).toBe(true);
});

it('a process that is killed while it unpacks holds up nobody, and what it left is not taken for the program', async () => {
  const killed = startUnpacking();
  const half = async (): Promise<string | undefined> =>
    (await readdir(folder).catch(() => [])).find((name) => name.endsWith('.part'));
  await expect.poll(half, { interval: 1 }).toBeDefined();
  killed.signal('SIGKILL');
  await killed.exited;
  await killed[Symbol.asyncDispose]();
  // Unless it was done before.
  const left = await half();
  if (left !== undefined) expect((await stat(join(folder, left))).size).toBeLessThanOrEqual(program.length);

  await using next = startUnpacking();
  const [, path = ''] = await next.waitForLine(/unpacked (\S+)/);
  expect((await readFile(path)).equals(program)).toBe(true);
});
