import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
  ['package a:b;\nworld w {}', 'x', /^the WIT of .* can't be read: World `x` not found/],
  [
    'package a:b;\nworld w {\n  export nothing;\n}',
    undefined,
    /can't be read: world.wit:3: interface or world `nothing` does not exist$/,
  ],
  [
    '/// A world.\npackage a:b;\ninterface i {\n  f: func(a string);\n}\nworld w { export i; }',
    undefined,
    /can't be read: world.wit:4: expected ':', found keyword `string`$/,
  ],
  [
    'package a:b;\ninterface i {\n  // not strin\n  f: func(a: strin);\n}\nworld w { export i; }',
    undefined,
    /can't be read: world.wit:4: name `strin` does not exist$/,
  ],
  [
    'package a:b;\nworld w {\n  import wasi:keyvalue/store@0.2.0;\n}',
    undefined,
    /can't be read: world.wit:3: package 'wasi:keyvalue@0.2.0' not found/,
  ],
  [
    'package a:b;\ninterface i {\n  f: func();\n  f: func();\n}\nworld w { export i; }',
    undefined,
    /can't be read: world.wit: name `f` is defined more than once$/,
  ],
])('%j, world %s, is refused', async (text, world, message) => {
  await using folder = await createTempDir();
  await writeFile(join(folder.path, 'world.wit'), text);
  await expect(readWorld(folder.path, world)).rejects.toThrow(message);
});

it('names the file of a mistake among several, also of a package that it depends on', async () => {
  await using folder = await createTempDir();
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    await writeFile(join(folder.path, name), text);
  };
  await write('a.wit', 'interface good {\n  f: func();\n}\n');
  await write('world.wit', 'package a:b;\nworld w { export good; import c:d/e; }');
  await write('deps/d/one.wit', 'package c:d;\ninterface e {\n}');
  await write('deps/d/two.wit', 'interface g {\n  f: func() -> ;\n}\n');
  await expect(readWorld(folder.path)).rejects.toThrow(/can't be read: deps\/d\/two.wit:2: expected/);
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
