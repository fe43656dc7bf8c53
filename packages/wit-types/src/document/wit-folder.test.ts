import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTempDir } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { joinWit } from './join-wit.js';
import { readWitFolder, type WitFolder } from './wit-folder.js';

async function read(files: Readonly<Record<string, string>>): Promise<WitFolder> {
  await using folder = await createTempDir();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    await writeFile(join(folder.path, name), text);
  }
  return await readWitFolder(folder.path);
}

describe('a folder of WIT', () => {
  it('has its own package, in any of its files, and those below', async () => {
    const { main, packages } = await read({
      'a.wit': 'interface extra {}',
      'world.wit': '/// The world.\npackage acme:bank@1.0.0;\nworld bank {}',
      'deps/types/one.wit': 'package acme:types@0.1.0;\ninterface one {}',
      'deps/types/two.wit': 'interface two {}',
      'deps/single.wit': 'package acme:single;\ninterface it {}',
      'deps/readme.md': 'no WIT',
    });
    expect(main?.name).toBe('acme:bank@1.0.0');
    expect(main?.body).toMatch(/interface extra[\s\S]*world bank/);
    expect(packages.map(({ name }) => name)).toEqual(['acme:single', 'acme:types@0.1.0']);
    expect(packages[1]?.body).toMatch(/interface one[\s\S]*interface two/);
  });

  it('may hold other packages only', async () => {
    const { main, packages } = await read({ 'io/package.wit': 'package wasi:io@0.2.3;' });
    expect([main, packages]).toEqual([undefined, [{ name: 'wasi:io@0.2.3', body: '' }]]);
  });

  it.each([
    [{ 'a.wit': 'interface a {}' }, /^no file of .* has a line `package namespace:name;`$/],
    [
      { 'a.wit': 'package a:a;', 'b.wit': 'package b:b;' },
      /has files of several packages, a:a and b:b: put each package into a folder of its own, below `deps`$/,
    ],
  ])('is refused where its packages can not be told: %o', async (files, message) => {
    await expect(read(files)).rejects.toThrow(message);
  });

  it('says which folder is not there', async () => {
    await expect(readWitFolder('/nowhere/wit')).rejects.toThrow(
      'cannot read the WIT folder /nowhere/wit: check that it exists and may be read',
    );
  });
});

describe('joining', () => {
  it('nests each other package once', () => {
    const main = { name: 'a:guest@0.1.0', body: 'world guest {}' };
    const document = joinWit(main, [
      { name: 'b:store', body: 'interface store {}' },
      main,
      { name: 'b:store', body: 'interface other {}' },
    ]);
    expect(document).toBe('package a:guest@0.1.0;\nworld guest {}\npackage b:store {interface store {}\n}\n');
  });
});
