import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readProject } from './project.js';

let dir: TempDir;
let folder: string;
beforeEach(async () => {
  dir = await createTempDir();
  folder = await realpath(dir.path);
});
afterEach(() => dir[Symbol.asyncDispose]());

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const installed = {
  'node_modules/@wasmlattice/guest-build/package.json': JSON.stringify({
    name: '@wasmlattice/guest-build',
    bin: { 'wasmlattice-guest-build': './bin/build.js' },
  }),
};
const guest = (script = 'wasmlattice-guest-build src/shop.ts --without http,random && tsc -p .') => ({
  'package.json': JSON.stringify({ name: '@acme/shop', scripts: { build: script } }),
  'src/shop.ts': '',
  'wit/world.wit': '',
});

describe('a folder with a guest of ours', () => {
  it('is built by the program that it has installed, as its build script says', async () => {
    await write({ ...installed, ...guest(), 'wadm.yaml': '' });
    expect(await readProject(folder)).toEqual({
      kind: 'guest',
      folder,
      name: 'shop',
      manifest: join(folder, 'wadm.yaml'),
      artifact: join(folder, 'dist/shop.wasm'),
      program: join(folder, 'node_modules/@wasmlattice/guest-build/bin/build.js'),
      arguments: ['src/shop.ts', '--without', 'http,random'],
      checks: 'tsc -p .',
    });
  });

  it.each([
    ["wasmlattice-guest-build --wit 'my wit' --out=out src/shop.ts", 'out/shop.wasm', undefined],
    ['rm -rf dist && wasmlattice-guest-build src/shop.ts', 'dist/shop.wasm', 'rm -rf dist'],
  ])('may have flags before its entry and commands around it: %s', async (script, artifact, checks) => {
    await write({ ...installed, ...guest(script), 'my wit/world.wit': '' });
    expect(await readProject(folder)).toMatchObject({
      artifact: join(folder, artifact),
      checks,
    });
  });

  it('that is not installed says so', async () => {
    await write(guest());
    await expect(readProject(folder)).rejects.toMatchObject({
      check: expect.stringContaining('npm install'),
    });
  });

  it('without WIT says which folder is missing', async () => {
    await write({ ...installed, ...guest('wasmlattice-guest-build src/shop.ts --wit interfaces') });
    await expect(readProject(folder)).rejects.toThrow(`there is no folder ${join(folder, 'interfaces')}`);
  });

  it('without its entry says which file is missing', async () => {
    await write({ ...installed, ...guest('wasmlattice-guest-build src/store.ts') });
    await expect(readProject(folder)).rejects.toThrow(`there is no file ${join(folder, 'src/store.ts')}`);
  });
});

describe('a folder of another language', () => {
  it('is built by a command of its package.json or of flags', async () => {
    await write({
      'package.json': JSON.stringify({ wasmlattice: { build: 'make', artifact: 'out/app.wasm' } }),
    });
    expect(await readProject(folder)).toMatchObject({
      kind: 'command',
      command: 'make',
      artifact: join(folder, 'out/app.wasm'),
    });
    expect(await readProject(folder, { build: 'cargo build', artifact: 'app.wasm' })).toMatchObject({
      command: 'cargo build',
      artifact: join(folder, 'app.wasm'),
    });
  });

  it('without a command says how to give one', async () => {
    await write({ 'Cargo.toml': '' });
    await expect(readProject(folder)).rejects.toMatchObject({
      message: expect.stringContaining('has a Cargo.toml, and nothing says how'),
      check: expect.stringContaining("--build 'cargo build"),
    });
    await expect(readProject(folder, { build: 'make' })).rejects.toThrow(
      '`build` is given without `artifact`',
    );
  });
});

it('a folder that depends on the SDK of providers is one, with its build script', async () => {
  await write({
    'package.json': JSON.stringify({
      name: 'greeter',
      scripts: { build: 'tsc -p .' },
      dependencies: { '@wasmlattice/provider-sdk': '1' },
    }),
    'src/main.ts': '',
  });
  expect(await readProject(folder)).toMatchObject({
    kind: 'provider',
    name: 'greeter',
    artifact: join(folder, 'src/main.ts'),
    command: 'tsc -p .',
  });
});

it.each([
  [{}, 'has no package.json'],
  [{ 'package.json': '{}' }, 'has no build script'],
  [
    { 'package.json': '{"scripts":{"build":"vite build"}}' },
    'neither that of a component nor that of a provider',
  ],
  [{ 'package.json': '{' }, 'is not JSON'],
])('says what a folder lacks: %j', async (files, message) => {
  await write(files);
  await expect(readProject(folder)).rejects.toThrow(message);
});

it('a folder that is not there is named', async () => {
  await expect(readProject(join(folder, 'none'))).rejects.toThrow(
    `there is no folder ${join(folder, 'none')}`,
  );
});
