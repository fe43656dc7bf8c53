import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { writeModule } from './emit/write-module.js';
import { readWorld } from './read-world.js';

const examples = new URL('../../../apps/provider-sdk/examples/', import.meta.url);

it.each([
  ['wit', 'greeter-wit.ts'],
  ['files-wit', 'files-wit.ts'],
])('the module of an example provider is what its WIT says: %s', async (folder, module) => {
  const world = await readWorld(fileURLToPath(new URL(folder, examples)));
  expect(await readFile(new URL(module, examples), 'utf8')).toBe(writeModule(world, `the folder ${folder}`));
});
