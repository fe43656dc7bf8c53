import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { writeModule } from './emit/write-module.js';
import { readWorld } from './read-world.js';

const examples = new URL('../../../apps/provider-sdk/examples/', import.meta.url);

it('the module of the example provider is what its WIT says', async () => {
  const world = await readWorld(fileURLToPath(new URL('wit', examples)));
  expect(await readFile(new URL('greeter-wit.ts', examples), 'utf8')).toBe(
    writeModule(world, 'the folder wit'),
  );
});
