import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startChild } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';

it('the sample in the README runs and prints what it says', async () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const sample = /```ts\n([\s\S]*?)```/.exec(await readFile(`${root}README.md`, 'utf8'))?.[1] ?? '';
  await using child = startChild(process.execPath, ['--input-type=module-typescript', '--eval', sample], {});
  await child.exited;
  expect(child.output()).toBe('shop-cart\n0 warnings\n');
});
