import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, startRegistry } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { createRegistryFixture } from './testing/registry-fixture.js';

it('the sample in the README runs and prints what it says', async () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const sample = /```ts\n([\s\S]*?)```/.exec(await readFile(join(root, 'README.md'), 'utf8'))?.[1] ?? '';
  await using registry = await startRegistry();
  await using client = await createRegistryFixture();
  const { digest } = await client.push(`${registry.name}/acme/counter:1.0.0`, Buffer.from('x'));
  await using child = startChild(process.execPath, ['--input-type=module-typescript', '--eval', sample], {
    PATH: process.env.PATH,
    PWD: root,
    REGISTRY: registry.name,
    CACHE: join(client.folder, 'cache'),
  });
  await child.waitForLine(new RegExp(`${digest} is in ${join(client.folder, 'cache')}`));
  expect(await child.exited).toBe(0);
});
