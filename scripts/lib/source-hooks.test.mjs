import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from './run.mjs';

const hooks = new URL('./source-hooks.mjs', import.meta.url).href;

let folder;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'source-hooks-'));
  await write('package.json', '{ "type": "module" }');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (name, text) => writeFile(join(folder, name), text);
const runFile = (name) => run(process.execPath, ['--import', hooks, join(folder, name)]);

test('an import of a .js file finds the .ts file', async () => {
  await write('main.ts', "import { word } from './word.js'; console.log(word satisfies string);");
  await write('word.ts', "export const word: string = 'hello';");
  expect(await runFile('main.ts')).toMatchObject({ code: 0, output: 'hello\n' });
});

test('a .js file that is there is imported', async () => {
  await write('main.ts', "import { word } from './word.js'; console.log(word);");
  await write('word.js', "export const word = 'compiled';");
  await write('word.ts', "export const word: string = 'source';");
  expect(await runFile('main.ts')).toMatchObject({ code: 0, output: 'compiled\n' });
});

test('a thread runs the sources as well', async () => {
  await write(
    'main.ts',
    "import { Worker } from 'node:worker_threads'; new Worker(new URL('./thread.js', import.meta.url));",
  );
  await write('thread.ts', "import { word } from './word.js'; console.log(word);");
  await write('word.ts', "export const word: string = 'from a thread';");
  expect(await runFile('main.ts')).toMatchObject({ code: 0, output: 'from a thread\n' });
});

test('a file that is missing is named as it was asked for', async () => {
  await write('main.ts', "import './missing.js';");
  const { code, output } = await runFile('main.ts');
  expect(code).toBe(1);
  expect(output).toContain('missing.js');
});
