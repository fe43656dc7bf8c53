import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readWorld, writeModule } from '@wasmlattice/wit-types';
import { expect, it } from 'vitest';

it('the module is what the WIT says', async () => {
  const world = await readWorld(fileURLToPath(new URL('../wit', import.meta.url)));
  const module = await readFile(new URL('postgres-wit.ts', import.meta.url), 'utf8');
  expect(module).toBe(writeModule(world, 'the folder wit'));
});
