import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ok } from '@wasmlattice/rpc';
import { createTempDir } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { captureLine } from './index.js';
import { exampleGuest, get, recordComponent } from './testing/recorded-component.js';

/** Takes the place of vitest in the sample: what it is given is run at once. */
const tests: { readonly name: string; readonly run: () => Promise<unknown> }[] = [];
Object.assign(globalThis, {
  readmeTest: (name: string, run: () => Promise<unknown>) => tests.push({ name, run }),
});

it('has a sample in its README that passes, by either form', async () => {
  await using folder = await createTempDir();
  const component = await exampleGuest('http-counter');
  let visits = 0n;
  const { header, invocations } = await recordComponent({ component, answer: async () => ok(++visits) }, [
    get('/a'),
    get('/b'),
    get('/a'),
  ]);
  const file = join(folder.path, 'visits.jsonl');
  await writeFile(file, [header, ...invocations].map((record) => `${captureLine(record)}\n`).join(''));

  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const sample = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const replacements: readonly (readonly [string, string])[] = [
    [`'@wasmlattice/capture'`, `'${new URL('./index.ts', import.meta.url).href}'`],
    [`import { test } from 'vitest';`, 'const test = globalThis.readmeTest;'],
    [`'visits.jsonl'`, `'${file}'`],
    [
      `'counter.wasm'`,
      `'${new URL('../../../examples/http-counter/dist/http-counter.wasm', import.meta.url).pathname}'`,
    ],
  ];
  const program = replacements.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replaceAll(from, to);
  }, sample);
  const sampleFile = join(folder.path, 'sample.mjs');
  await writeFile(sampleFile, program);
  await import(/* @vite-ignore */ pathToFileURL(sampleFile).href);
  expect(tests).toHaveLength(2);
  for (const { run } of tests) await run();
});
