import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('the samples in the README run', async () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const readme = await readFile(`${root}README.md`, 'utf8');
  const samples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, sample = '']) => sample);
  expect(samples).toHaveLength(2);
  for (const sample of samples) {
    await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '--eval', sample], {
      cwd: root,
    });
  }
});
