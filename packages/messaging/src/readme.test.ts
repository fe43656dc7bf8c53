import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('has a sample in its README that runs', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const sample = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const file = fileURLToPath(new URL(`../dist/readme-sample-${process.pid}.mjs`, import.meta.url));
  await writeFile(file, sample.replace("'@wasmlattice/messaging'", "'./index.js'"));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file]).finally(() => rm(file));
  expect([stdout, stderr]).toEqual(['unheard\n4000\n', '']);
});
