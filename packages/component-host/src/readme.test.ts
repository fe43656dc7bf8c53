import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTempDir } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';

const here = (path: string): string => new URL(path, import.meta.url).href;

/** What stands in the sample, and what it is on this machine. */
const replacements: readonly (readonly [string, string])[] = [
  ['@wasmlattice/component-host', here('../dist/index.js')],
  ['@wasmlattice/rpc/memory', here('../node_modules/@wasmlattice/rpc/dist/memory/index.js')],
  [
    '@wasmlattice/wasm-runtime/engines',
    here('../node_modules/@wasmlattice/wasm-runtime/dist/engines/index.js'),
  ],
  ['hello.wasm', new URL('../../../examples/http-hello/dist/http-hello.wasm', import.meta.url).pathname],
];

it('has a sample in its README that serves a component', async () => {
  await using folder = await createTempDir();
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const sample = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const program = replacements.reduce((text, [from, to]) => {
    expect(text).toContain(`'${from}'`);
    return text.replaceAll(`'${from}'`, `'${to}'`);
  }, sample);
  const file = join(folder.path, 'sample.mjs');
  await writeFile(file, program);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file]);
  expect([stdout, stderr]).toEqual([expect.stringMatching(/^hello/i), '']);
});
