import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { readWorld } from './read-world.js';

it.each([
  [
    'package a:b;\ninterface i {}',
    undefined,
    /^the package a:b has no world: name what is to be read in one$/,
  ],
  [
    'package a:b;\nworld v {}\nworld w {}',
    undefined,
    /^the package a:b has the worlds v, w: choose one by `--world`$/,
  ],
  ['package a:b;\nworld w {}', 'x', /^the WIT of .* can't be read: [\s\S]*x/],
  ['package a:b;\nworld w { export nothing; }', undefined, /^the WIT of .* can't be read: [\s\S]*nothing/],
])('%j, world %s, is refused', async (text, world, message) => {
  await using folder = await createTempDir();
  await writeFile(join(folder.path, 'world.wit'), text);
  await expect(readWorld(folder.path, world)).rejects.toThrow(message);
});

it('takes the only world, or the one that is named', async () => {
  await using folder = await createTempDir();
  await writeFile(
    join(folder.path, 'world.wit'),
    'package a:b@0.1.0;\ninterface i { f: func(); }\nworld v { export i; }\nworld w { import i; }',
  );
  const { name, types } = await readWorld(folder.path, 'w');
  expect([name, types.imports.map(({ id }) => id), types.exports]).toEqual(['w', ['a:b/i@0.1.0'], []]);
});
