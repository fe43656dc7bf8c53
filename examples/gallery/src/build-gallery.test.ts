import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildGallery, type GalleryGuest } from './build-gallery.js';
import { type BuildJob, guestForEachKind, type Language, MissingToolchainError } from './language.js';

let cacheRoot: string;
let jobs: BuildJob[];

beforeEach(async () => {
  jobs = [];
  cacheRoot = await mkdtemp(join(tmpdir(), 'gallery-'));
});
afterEach(() => rm(cacheRoot, { recursive: true, force: true }));

/** The sources of C, and a compiler that gives back the name of the guest. */
function language({
  versions = 'compiler 1',
  build = async ({ guest }) => new TextEncoder().encode(guest),
}: {
  versions?: string;
  build?: (job: BuildJob) => Promise<Uint8Array>;
} = {}): Language {
  return {
    name: 'c',
    title: 'C',
    guests: guestForEachKind.slice(0, 2),
    shared: ['guest.h'],
    recipe: import.meta.filename,
    findToolchain: async () => ({
      versions,
      build: async (job) => {
        jobs.push(job);
        return await build(job);
      },
    }),
  };
}

function build(of: Language): Promise<readonly GalleryGuest[]> {
  return buildGallery({ languages: [of], cacheRoot });
}

test('a guest is built from its folder and one WIT document, into the cache', async () => {
  const [hello, echo] = await build(language());
  expect(hello).toMatchObject({ outcome: 'built', guest: 'hello', kinds: ['hello'], bytes: 5 });
  expect(echo).toMatchObject({ outcome: 'built', guest: 'echo' });
  if (hello?.outcome !== 'built') throw new Error('unreachable');
  expect(await readFile(hello.file, 'utf8')).toBe('hello');
  expect(await readdir(jobs[0]?.source ?? '')).toEqual(['hello.c']);
  expect(jobs[0]?.wit).toMatch(/world hello .*package wasi:http@/s);
});

test('a guest with a world of its own is built from that', async () => {
  const own = { name: 'greet', kinds: [], hasOwnWorld: true } as const;
  const [greet] = await build({ ...language(), name: 'python', shared: [], guests: [own] });
  expect(greet).toMatchObject({ outcome: 'built', guest: 'greet', kinds: [] });
  expect(jobs[0]?.wit).toMatch(/^package examples:greet.*world greet /s);
  expect(jobs[0]?.wit).not.toContain('world hello');
});

test('a second build takes what it made before', async () => {
  const first = await build(language());
  const second = await build(language());
  expect(jobs).toHaveLength(2);
  expect(second).toEqual(
    first.map(({ buildMs: _, ...rest }: GalleryGuest & { buildMs?: number }) => ({
      ...rest,
      language: expect.anything(),
    })),
  );
});

test('another version of a tool makes other components', async () => {
  const [before] = await build(language());
  const [after] = await build(language({ versions: 'compiler 2' }));
  expect(jobs).toHaveLength(4);
  expect(after).toMatchObject({
    outcome: 'built',
    file: expect.not.stringMatching((before as { file: string }).file),
  });
});

test('a language without a compiler is skipped with the reason', async () => {
  const findToolchain = (): Promise<never> => Promise.reject(new MissingToolchainError('no compiler'));
  const guests = await build({ ...language(), findToolchain });
  expect(guests.map(({ guest, outcome }) => [guest, outcome])).toEqual([
    ['hello', 'skipped'],
    ['echo', 'skipped'],
  ]);
  expect(guests[0]).toMatchObject({ reason: 'no compiler' });
});

test('a tool that can not be installed is tried once', async () => {
  const guests = await build(
    language({ build: () => Promise.reject(new MissingToolchainError('no such package')) }),
  );
  expect(guests).toMatchObject([
    { outcome: 'skipped', reason: 'no such package' },
    { outcome: 'skipped', reason: 'no such package' },
  ]);
  expect(jobs).toHaveLength(1);
});

test('a guest that does not compile has failed, the next one is built', async () => {
  const guests = await build(
    language({
      build: ({ guest }) =>
        guest === 'hello' ? Promise.reject(new Error('line 1')) : Promise.resolve(new Uint8Array(3)),
    }),
  );
  expect(guests).toMatchObject([
    { outcome: 'failed', error: new Error('line 1') },
    { outcome: 'built', bytes: 3 },
  ]);
});

test('the folder of a build goes away', async () => {
  await build(language());
  await expect(readdir(jobs[0]?.workFolder ?? '')).rejects.toThrow('ENOENT');
});
