import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTempDir } from '@wasmlattice/test-support';
import { expect, test } from 'vitest';

test('has a sample in its README that runs', async () => {
  await using folder = await createTempDir();
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const sample = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const file = join(folder.path, 'sample.mjs');
  await writeFile(
    file,
    sample.replace("'@wasmlattice/http-client'", `'${new URL('../dist/index.js', import.meta.url).href}'`),
  );
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file]);
  expect([stdout, stderr]).toEqual(["err { tag: 'connection-refused' }\n", '']);
});
