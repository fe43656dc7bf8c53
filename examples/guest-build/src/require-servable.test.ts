import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@wasmlattice/test-support';
import { readWitFolder } from '@wasmlattice/wit-types';
import { expect, it } from 'vitest';
import { requireServable } from './require-servable.js';

async function check(body: string): Promise<void> {
  await using folder = await createTempDir();
  await writeFile(join(folder.path, 'world.wit'), `package acme:logs@0.1.0;\n${body}`);
  await requireServable(await readWitFolder(folder.path), folder.path);
}

it.each([
  [
    'lines: func(name: string) -> stream<string>;',
    "`lines: func(name: string) -> stream<string>` of acme:logs/tail@0.1.0 has a stream, which componentize-js can't build: use `list<…>` for what fits into memory, else a resource with a method that gives the next part",
  ],
  ['lines: func(parts: list<option<future<u8>>>);', "has a future, which componentize-js can't build"],
  ['lines: func() -> error-context;', 'has an error-context, which'],
  ['lines: func(x: map<string, u8>);', 'has a map, which'],
  ['lines: func(x: list<u8, 4>);', 'has a list of fixed length, which'],
  [
    'lines: async func() -> string;',
    '`lines: async func() -> string` of acme:logs/tail@0.1.0 is asynchronous',
  ],
  ['resource log { next: func() -> stream<u8>; }', 'has a stream, which'],
])('a guest made with componentize-js cannot have `%s`', async (member, message) => {
  await expect(check(`interface tail { ${member} }\nworld guest { export tail; }`)).rejects.toThrow(message);
  await expect(check(`interface tail { ${member} }\nworld guest { import tail; }`)).rejects.toThrow(message);
});

it('what a world does not use may be anything', async () => {
  await check(
    'interface tail { lines: func() -> stream<u8>; }\ninterface greet { greet: func(name: string) -> string; }\nworld guest { export greet; }',
  );
});
