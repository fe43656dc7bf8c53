import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createTempDir } from '@wasmlattice/test-support';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundleProgram } from './bundle-program.js';
import { packagesFoundAtRun } from './packages-found-at-run.js';

let folder: Awaited<ReturnType<typeof createTempDir>>;
beforeEach(async () => {
  folder = await createTempDir();
});
afterEach(() => folder[Symbol.asyncDispose]());

/** A package of these files, by their paths. */
async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries({ 'package.json': '{"type":"module"}', ...files })) {
    const file = join(folder.path, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

/** What the program prints when only its bundle is left of the package. */
async function run(...flags: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...flags,
    join(folder.path, 'dist/main.js'),
  ]);
  return stdout.trim();
}

/** Names of files of the bundle in which the text is. */
async function filesWith(text: string): Promise<string[]> {
  const dist = join(folder.path, 'dist');
  const found: string[] = [];
  for (const name of await readdir(dist, { recursive: true })) {
    if (!name.endsWith('.js')) continue;
    const code = await readFile(join(dist, name), 'utf8');
    if (code.includes(text)) found.push(name);
  }
  return found;
}

it('runs a program with its dependencies, and a thread that shares its code', async () => {
  await write({
    'src/main.ts': `import { say } from './say.js'; await say('main');`,
    'src/say.ts': `
      import { Worker } from 'node:worker_threads';
      import { word } from 'dependency';
      export async function say(who: string): Promise<void> {
        console.log(who + ': ' + word);
        const worker = new Worker(new URL('./other/thread.js', import.meta.url));
        await new Promise((resolve) => worker.once('exit', resolve));
      }`,
    'src/other/thread.ts': `
      import { readFileSync } from 'node:fs';
      import { word } from 'dependency';
      const text: string = readFileSync(new URL('../../data/text.txt', import.meta.url), 'utf8');
      console.log('thread: ' + word + ', ' + text);`,
    'data/text.txt': 'a text',
    'node_modules/dependency/package.json':
      '{"type":"module","exports":{"development":"./src.ts","default":"./none.js"}}',
    'node_modules/dependency/src.ts': `export const word: string = 'hello';`,
  });
  await bundleProgram(folder.path);
  expect(await run()).toBe('main: hello\nthread: hello, a text');
  const files = await readdir(join(folder.path, 'dist/program'));
  expect(files).toEqual(expect.arrayContaining(['thread.js', 'text.txt']));
  expect(await filesWith('= "hello"')).toHaveLength(1);
});

it('takes folders along that the program names', async () => {
  await write({
    'src/main.ts': `import { readFileSync } from 'node:fs';
      import { folder } from './deep/folder.js';
      for (const name of ['a.txt', 'b/c.txt']) console.log(readFileSync(new URL(name, folder), 'utf8'));`,
    'src/deep/folder.ts': `export const folder = new URL('../../page', import.meta.url);`,
    'page/a.txt': 'a',
    'page/b/c.txt': 'c',
  });
  await bundleProgram(folder.path);
  await rm(join(folder.path, 'page'), { recursive: true });
  expect(await run()).toBe('a\nc');
});

it('loads a dependency in the way that whoever loads it asks for', async () => {
  await write({
    'src/main.ts': `import two from 'two'; import three from 'three'; console.log(two, three);`,
    'node_modules/two/package.json': '{"exports":{"import":"./two.mjs","require":"./two.cjs"}}',
    'node_modules/two/two.mjs': `export default 'imported';`,
    'node_modules/two/two.cjs': `module.exports = 'required';`,
    'node_modules/three/package.json': '{"main":"./three.js"}',
    'node_modules/three/three.js': `module.exports = require('two');`,
  });
  await bundleProgram(folder.path);
  expect(await run()).toBe('imported required');
});

it('has what main.ts says in the first file, and the rest apart', async () => {
  await write({
    'src/main.ts': `import { count } from './count.js'; console.log('from main', count());`,
    'src/count.ts': `let counted = 0; export const count = () => 'counted ' + ++counted;`,
    'again.mjs': `for (const seat of [1, 2]) await import('./dist/main.js?seat=' + seat);`,
  });
  await bundleProgram(folder.path);
  expect(await filesWith('from main')).toEqual(['main.js']);
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder.path, 'again.mjs')]);
  expect(stdout).toBe('from main counted 1\nfrom main counted 2\n');
});

it('has what main.ts imports by way of others apart, too', async () => {
  await write({
    'src/main.ts': `import { count } from './all.js'; console.log('from main', count());`,
    'src/all.ts': `export { count } from './count.js';`,
    'src/count.ts': `import { start } from './start.js'; let counted = start; export const count = () => 'counted ' + ++counted;`,
    'src/start.ts': `export const start = Number('41');`,
    'package.json': '{"type":"module","sideEffects":false}',
  });
  await bundleProgram(folder.path);
  expect(await filesWith('from main')).toEqual(['main.js']);
  for (const text of ['counted ', '41']) expect(await filesWith(text)).not.toContain('main.js');
});

it('loads TLS with the first use of it, by whomever', async () => {
  await write({
    'src/main.ts': `
      import { connect, TLSSocket } from 'node:tls';
      import { isEncrypted, socketOf } from 'dependency';
      import net from 'node:net';
      const isLoaded = () => process.moduleLoadList.includes('NativeModule tls');
      const plain = new net.Socket();
      console.log(isLoaded(), isEncrypted(plain), plain instanceof TLSSocket, isLoaded());
      const socket = connect({ host: '127.0.0.1', port: 1 }).on('error', () => {});
      console.log(isEncrypted(socket), socketOf(plain) instanceof TLSSocket, isLoaded());
      socket.destroy();`,
    'node_modules/dependency/package.json': '{"main":"./main.js"}',
    'node_modules/dependency/main.js': `
      const tls_1 = require("tls");
      exports.socketOf = (socket) => new tls_1.TLSSocket(socket);
      exports.isEncrypted = (socket) => socket instanceof tls_1.TLSSocket;`,
  });
  await bundleProgram(folder.path);
  expect(await run()).toBe('false false false false\ntrue true true');
});

it('has members of modules that are loaded late by name, as default and as a whole', async () => {
  await write({
    'src/main.ts': `
      import { gzipSync as pack } from 'node:zlib';
      import zlib from 'node:zlib';
      import * as files from 'node:fs/promises';
      const loaded = () => process.moduleLoadList.filter((name) => /^NativeModule (zlib|fs\\/promises)$/.test(name)).length;
      console.log(loaded());
      console.log(zlib.gunzipSync(pack('text')).toString(), (await files.stat('.')).isDirectory(), loaded());`,
  });
  await bundleProgram(folder.path);
  expect(await run()).toBe('0\ntext true 2');
});

it('has maps that lead a stack trace to the sources', async () => {
  await write({
    'src/main.ts': `import { fail } from './fail.js';\nconsole.log(fail());`,
    'src/fail.ts': `interface Unused {}\n\nexport const fail = () => new Error('no').stack;`,
  });
  await bundleProgram(folder.path);
  expect(await run('--enable-source-maps')).toContain(join(folder.path, 'src/fail.ts:3:'));
});

it('names imports that lead nowhere, unless they are to stay', async () => {
  await write({ 'src/main.ts': `import('not-there').catch(({ code }) => console.log(code));` });
  await expect(bundleProgram(folder.path)).rejects.toThrow(/not-there/);
  await bundleProgram(folder.path, { external: ['not-there'] });
  expect(await run()).toBe('ERR_MODULE_NOT_FOUND');
});

it('leaves nothing of the bundle before', async () => {
  await write({ 'src/main.ts': `console.log('one');`, 'dist/program/old.js': '' });
  await bundleProgram(folder.path);
  expect(await readdir(join(folder.path, 'dist'))).toEqual(['main.js', 'main.js.map']);
});

it('requires packages that a program looks for to be dependencies of its package', async () => {
  const files = { 'src/main.ts': `console.log(import.meta.resolve('looked-for/part'));` };
  await write(files);
  await expect(bundleProgram(folder.path)).rejects.toThrow(/looked-for is looked for/);
  await write({ ...files, 'package.json': '{"dependencies":{"looked-for":"1.0.0"}}' });
  await bundleProgram(folder.path);
});

it.each([
  ["import.meta.resolve('@scope/name/part')", ['@scope/name']],
  ['findPackageJSON("name", import.meta.url)', ['name']],
  ['import.meta.resolve(name)', []],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: code that is looked at
  ['import.meta.resolve(`@scope/name-${part}/package.json`)', []],
  ["import.meta.resolve('./file.js')", []],
])('finds in %s the packages %j', (code, names) => {
  expect(packagesFoundAtRun(code)).toEqual(names);
});
