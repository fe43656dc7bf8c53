import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { providerTarget, unpackProvider } from '@wasmlattice/artifacts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSigningFolder, type SigningFolder } from '../testing/signing-folder.js';

const here = providerTarget(process.arch, process.platform);
const create = ['par', 'create', '-v', 'acme', '-n', 'Hello'];

/** The set-up of the repository has linked this Node.js with a library beside it: `scripts/lib/node26.mjs`. */
const isPatched = existsSync(join(dirname(realpathSync(process.execPath)), '../lib/libatomic.so.1'));

let folder: SigningFolder;
const write = async (name: string, content: string): Promise<void> => {
  await mkdir(join(folder.path, name, '..'), { recursive: true });
  await writeFile(join(folder.path, name), content);
};
const unpacked = async (archive: string, target = here): Promise<string> => {
  const options = { target, folder: join(folder.path, 'unpacked') };
  return (await unpackProvider(join(folder.path, archive), options)).path;
};
const run = async (program: string, ...args: string[]): Promise<string> =>
  (await promisify(execFile)(program, args)).stdout;

beforeEach(async () => {
  folder = await createSigningFolder();
  await write('hello/package.json', '{"name":"@acme/hello","main":"dist/main.js"}');
  await write('hello/src/main.ts', "import { word } from './word.ts';\nconsole.log(await word());\n");
  await write(
    'hello/src/word.ts',
    "import { setImmediate } from 'node:timers/promises';\nexport const word = (): Promise<string> => setImmediate('hello');\n",
  );
});
afterEach(() => folder[Symbol.asyncDispose]());

describe('par create --source', () => {
  // In a program that patchelf 0.14 has written, which Debian 12 has, Node.js destroys the names of libraries when it puts a module into it.
  it.skipIf(isPatched)(
    'makes a program of a folder that runs where there is no Node.js',
    async () => {
      const { code, output } = await folder.run(...create, '--source', 'hello');
      expect([code, output]).toEqual([0, 'Successfully created archive hello.par\n']);
      const program = await unpacked('hello.par');
      expect((await stat(program)).size).toBeGreaterThan((await stat(process.execPath)).size);
      expect(await promisify(execFile)(program, { env: {} })).toMatchObject({
        stdout: 'hello\n',
        stderr: '',
      });
    },
    600_000,
  );

  it('makes one without a runtime that Node.js runs, and insert adds it for another machine', async () => {
    await folder.run(...create, '--source', 'hello', '--without-runtime');
    const more = ['--source', 'hello/src/main.ts', '--without-runtime', '-a', 'aarch64-macos'];
    const inserted = await folder.run('par', 'insert', 'hello.par', ...more);
    expect(inserted).toMatchObject({ code: 0, errors: '' });
    for (const target of [here, 'aarch64-macos']) {
      const program = await unpacked('hello.par', target);
      expect(await readFile(program, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n(?!#!)/);
      expect(await run(process.execPath, program)).toBe('hello\n');
    }
  });

  it('takes a file that has a line `#!` already', async () => {
    await write('loud.js', '#!/usr/bin/env node\nconsole.log("LOUD");\n');
    await folder.run(...create, '--source', 'loud.js', '--without-runtime', '--destination', 'other.par');
    expect(await run(process.execPath, await unpacked('other.par'))).toBe('LOUD\n');
  });

  it.each([
    [['--source', 'none'], 2, 'there is no file or folder `'],
    [['--source', 'keys'], 2, 'has no file that a provider begins with'],
    [['--source', 'hello', '-a', 'aarch64-macos'], 2, 'not for aarch64-macos'],
    [['--source', 'hello', '--runtime', 'none'], 2, "`none` can't be read: ENOENT"],
    [
      ['--source', 'hello', '--runtime', 'hello.wasm', '-a', 'x86_64-linux'],
      2,
      '`hello.wasm` is WebAssembly',
    ],
    [['--source', 'hello', '--runtime', process.execPath, '-a', 'riscv64-linux'], 2, 'another processor'],
    [
      ['--source', 'hello', '--runtime', 'kv', '-a', 'x86_64-linux'],
      1,
      'no program could be made with the Node.js',
    ],
    [['--source', 'hello', '--runtime', 'kv', '--without-runtime'], 2, 'exclude each other'],
    [['--source', 'lost.ts', '--without-runtime'], 1, "'./nowhere.ts'"],
    [['--source', 'broken.ts', '--without-runtime'], 1, "`broken.ts` can't be made one file"],
    [[], 2, 'nothing says which program'],
  ])('refuses %j', async (given, exitCode, reason) => {
    await mkdir(join(folder.path, 'keys'), { recursive: true });
    await write('lost.ts', "import './nowhere.ts';\n");
    await write('broken.ts', 'const = 1;\n');
    const { code, errors } = await folder.run(...create, ...given);
    expect([code, errors]).toEqual([exitCode, expect.stringContaining(reason)]);
  });
});
