import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildGuest, type GuestBuildOptions, type GuestBuildResult } from './build-guest.js';
import { bundleGuestWithMap } from './bundle.js';
import type { ComponentSource } from './componentize.js';
import { createFolderCache } from './content-cache.js';
import { GuestBuildError } from './errors.js';

let folder: string;
let made: ComponentSource[];

beforeEach(async () => {
  made = [];
  folder = await mkdtemp(join(tmpdir(), 'build-guest-'));
  await mkdir(join(folder, 'wit'));
  await writeFile(join(folder, 'wit/world.wit'), 'package a:guest;\nworld guest {}\n');
  await writeFile(
    join(folder, 'guest.ts'),
    "import { word } from './word.ts';\nexport const run = (): string => word;\n",
  );
  await writeFile(join(folder, 'word.ts'), "export const word: string = 'first';\n");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function build(changes: Partial<GuestBuildOptions> = {}): Promise<GuestBuildResult> {
  return buildGuest({
    entry: join(folder, 'guest.ts'),
    wit: join(folder, 'wit'),
    witPackages: resolve(import.meta.dirname, '../wit'),
    outDir: join(folder, 'dist'),
    without: [],
    cache: createFolderCache(join(folder, 'cache')),
    tools: 'tools@1',
    componentize: async (source) => {
      made.push(source);
      return new TextEncoder().encode(source.code);
    },
    ...changes,
  });
}

test('the module holds every imported file and no types', async () => {
  const { path } = await build();
  expect(path).toBe(join(folder, 'dist/guest.wasm'));
  const code = await readFile(path, 'utf8');
  expect(code).toContain('first');
  expect(code).not.toContain('string');
});

test('imports of WIT interfaces are left to the engine', async () => {
  await writeFile(
    join(folder, 'word.ts'),
    "export { now as word } from 'wasi:clocks/monotonic-clock@0.2.10';\n",
  );
  await build();
  expect(made[0]?.code).toContain('wasi:clocks/monotonic-clock@0.2.10');
});

test.each([
  [[], 'building guest.wasm, a few seconds'],
  [
    ['http', 'stdio'],
    'building guest.wasm, a few seconds; without stdio its exceptions have no message and no stack',
  ],
] as const)('a build without %j says what that costs', async (without, message) => {
  const told: string[] = [];
  await build({ without, onSlowStep: (each) => told.push(each) });
  expect(told).toEqual([message]);
});

test('a second build takes the component from the cache, after the output was deleted too', async () => {
  expect((await build()).fromCache).toBe(false);
  await rm(join(folder, 'dist'), { recursive: true });
  expect((await build()).fromCache).toBe(true);
  expect(made).toHaveLength(1);
  expect(await readFile(join(folder, 'dist/guest.wasm'), 'utf8')).toContain('first');
});

test.each([
  ['an imported file', () => writeFile(join(folder, 'word.ts'), "export const word = 'second';\n"), {}],
  ['the WIT', () => writeFile(join(folder, 'wit/world.wit'), 'package a:guest@2.0.0;\nworld guest {}\n'), {}],
  ['a left-out feature', async () => {}, { without: ['http'] as const }],
  ['a tool', async () => {}, { tools: 'tools@2' }],
])('a change of %s makes a new component', async (_what, change, options) => {
  await build();
  await change();
  expect((await build(options)).fromCache).toBe(false);
});

test('the order of left-out features does not matter', async () => {
  await build({ without: ['http', 'random'] });
  expect((await build({ without: ['random', 'http'] })).fromCache).toBe(true);
});

test('a failed build leaves nothing in the cache', async () => {
  const componentize = (): Promise<Uint8Array> => Promise.reject(new GuestBuildError('broken'));
  await expect(build({ componentize })).rejects.toThrow('broken');
  expect((await build()).fromCache).toBe(false);
});

test('an import that no guest can have is named', async () => {
  await writeFile(join(folder, 'word.ts'), "export { nothing as word } from './nowhere.ts';\n");
  await expect(build()).rejects.toThrow(/nowhere/);
});

test('a mistake of the syntax is told with file, line and column', async () => {
  await writeFile(join(folder, 'word.ts'), "export const word = 'first';\nconst a: = 1;\n");
  await expect(build()).rejects.toThrow(
    `cannot bundle guest.ts: ${relative(process.cwd(), join(folder, 'word.ts'))}:2:10: Unexpected token`,
  );
});

test('an entry that does not exist is named', async () => {
  await expect(build({ entry: join(folder, 'absent.ts') })).rejects.toThrow(/absent\.ts/);
});

test('every WIT package of ours joins into a document that names it', async () => {
  await build();
  for (const name of [
    'io',
    'clocks',
    'random',
    'cli',
    'http',
    'keyvalue',
    'blobstore',
    'logging',
    'config',
  ]) {
    expect(made[0]?.wit).toMatch(new RegExp(`^package wasi:${name}@[^ ]+ \\{$`, 'm'));
  }
});

test('the map of a bundle names the script as stack traces do, and its sources by their paths from here', async () => {
  const { code, map } = await bundleGuestWithMap(join(folder, 'guest.ts'));
  const read = new SourceMap(JSON.parse(map));
  const lines = code.split('\n');
  const line = lines.findIndex((each) => each.includes('"first"'));
  const column = lines[line]?.indexOf('word') ?? -1;
  expect(read.payload.file).toBe('guest.js');
  expect(read.findOrigin(line + 1, column + 1)).toMatchObject({
    fileName: relative(process.cwd(), join(folder, 'word.ts')),
    lineNumber: 1,
    columnNumber: 14,
  });
});
