import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { useCliScenario } from '../testing/cli-scenario.js';
import { componentExporting, componentImporting } from '../testing/tiny-component.js';

const { host, cli } = useCliScenario();

describe('link', () => {
  it('puts and removes', async () => {
    const { lattice } = await host();
    expect(
      await cli('link', 'put', 'a', 'b', 'wasi', 'keyvalue', '--interface', 'store', '--link-name', 'x'),
    ).toMatchObject({ code: 0, output: 'linked a to b for wasi:keyvalue/store\n' });
    expect(lattice.links).toMatchObject([{ sourceId: 'a', target: 'b', name: 'x', interfaces: ['store'] }]);
    expect(await cli('link', 'del', 'a', 'wasi', 'keyvalue', '--link-name', 'x')).toMatchObject({
      code: 0,
      output: 'removed the link of a for wasi:keyvalue to b\n',
    });
    expect(lattice.links).toEqual([]);
  });

  const putLink = (target: string, ...interfaces: string[]) =>
    cli(
      ...['link', 'put', ...interfaces.flatMap((name) => ['--interface', name])],
      ...['a', target, 'wasi', 'keyvalue'],
    );

  it('fails to remove what is not there, and says what is', async () => {
    await host();
    await putLink('b', 'store');
    expect(await cli('link', 'del', 'nobody', 'wasi', 'keyvalue')).toMatchObject({
      code: 1,
      errors:
        'error: there is no link nobody wasi:keyvalue\n' +
        'check: `wasmlattice get links` lists those there are; a link that has a name is removed with --link-name\n',
    });
    expect(await cli('link', 'del', 'a', 'wasi', 'keyvalue', '--target', 'c')).toMatchObject({
      code: 1,
      errors: 'error: there is no link a wasi:keyvalue to c\ncheck: there is one to b\n',
    });
  });

  it('of several removes none until it is told which', async () => {
    const { lattice } = await host();
    await putLink('b', 'store');
    await putLink('c', 'atomics', 'batch');
    expect(await cli('link', 'del', 'a', 'wasi', 'keyvalue')).toMatchObject({
      code: 2,
      errors:
        'error: there are 2 links a wasi:keyvalue: to b for store; to c for atomics, batch\n' +
        'check: say which one with --target, or remove them with --all\n',
    });
    expect(lattice.links).toHaveLength(2);
    expect(await cli('link', 'del', 'a', 'wasi', 'keyvalue', '--target', 'c')).toMatchObject({
      code: 0,
      output: 'removed the link of a for wasi:keyvalue to c\n',
    });
    expect(lattice.links).toMatchObject([{ target: 'b' }]);
    await putLink('c', 'atomics');
    expect(await cli('link', 'del', 'a', 'wasi', 'keyvalue', '--all')).toMatchObject({ code: 0 });
    expect(lattice.links).toEqual([]);
  });

  it('gives back what a host takes that knows no targets', async () => {
    const { lattice } = await host({ ignoresTargets: true });
    await putLink('b', 'store');
    await putLink('c', 'atomics');
    expect(await cli('link', 'del', 'a', 'wasi', 'keyvalue', '--target', 'c')).toMatchObject({ code: 0 });
    expect(lattice.links).toMatchObject([{ target: 'b', interfaces: ['store'] }]);
  });

  it('to what does not run is put, and a name that may be misspelt is told', async () => {
    const { components, providers } = await host();
    const running = { imageRef: 'file:///x', annotations: {}, revision: 0 };
    components.set('web', { ...running, id: 'web', maxInstances: 1 });
    providers.set('store', { ...running, id: 'store' });
    const put = (source: string, target: string) =>
      cli('link', 'put', source, target, 'wasi', 'keyvalue', '--interface', 'store');
    expect(await put('web', 'store')).toMatchObject({ code: 0, errors: '' });
    expect(await put('webb', 'storee')).toMatchObject({
      code: 0,
      errors:
        'note: nothing with the id `webb` runs: did you mean `web`?\n' +
        'note: nothing with the id `storee` runs: did you mean `store`?\n',
    });
    expect(await put('web', 'ledger')).toMatchObject({
      errors: 'note: nothing with the id `ledger` runs: the link works once it does\n',
    });
  });

  it('for an interface that the code of an end does not have is put with a warning', async () => {
    const { components } = await host();
    await using dir = await createTempDir();
    const runs = async (id: string, bytes: Uint8Array): Promise<void> => {
      const path = join(dir.path, `${id}.wasm`);
      await writeFile(path, bytes);
      components.set(id, { id, imageRef: `file://${path}`, annotations: {}, revision: 0, maxInstances: 1 });
    };
    await runs(
      'web',
      componentImporting('wasi:keyvalue/store@0.2.0-draft', 'wasi:keyvalue/atomics@0.2.0-draft'),
    );
    await runs('shop', componentExporting('acme:shop/cart@1.0.0'));
    const elsewhere = { imageRef: 'file:///not/here.wasm', annotations: {}, revision: 0, maxInstances: 1 };
    components.set('far', { ...elsewhere, id: 'far' });
    const put = async (source: string, packageName: string, ...interfaces: string[]) => {
      const names = packageName === 'shop' ? ['acme', 'shop'] : ['wasi', packageName];
      const { code, errors } = await cli(
        'link',
        'put',
        source,
        'shop',
        ...names,
        '--interface',
        ...interfaces,
      );
      expect(code).toBe(0);
      return errors.split('\n').filter((line) => line.startsWith('warning: '));
    };
    expect(await put('web', 'keyvalue', 'store', 'atomic')).toEqual([
      'warning: `web` has a link for wasi:keyvalue/atomic, which it does not import: it imports wasi:keyvalue/atomics',
    ]);
    expect(await put('web', 'keyvalue', 'store', 'atomics')).toEqual([]);
    expect(await put('far', 'keyvalue', 'store', 'atomic')).toEqual([]);
    expect(await put('far', 'shop', 'carts')).toEqual([
      'warning: `far` has a link to `shop` for acme:shop/carts, which that does not export: it exports acme:shop/cart',
    ]);
  });

  it('says which interfaces a second put takes away, and adds to them if asked', async () => {
    const { lattice } = await host();
    await putLink('b', 'store', 'batch');
    expect(await putLink('b', 'atomics', 'batch')).toMatchObject({
      output: 'linked a to b for wasi:keyvalue/atomics,batch, no longer for store: --add keeps them\n',
    });
    expect(
      await cli('link', 'put', 'a', 'b', 'wasi', 'keyvalue', '--interface', 'store', '--add'),
    ).toMatchObject({ output: 'linked a to b for wasi:keyvalue/atomics,batch,store\n' });
    expect(lattice.links).toMatchObject([{ interfaces: ['atomics', 'batch', 'store'] }]);
  });

  it('tells the words of a host that refuses', async () => {
    await host();
    const { code, errors } = await cli(
      ...['link', 'put', 'a', 'b', 'wasi', 'keyvalue', '--interface', 'store', '--target-config', 'none'],
    );
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^error: .*Configuration none not found in config store.*\ncheck: put it with `wasmlattice config put none key=value`\n$/,
    );
  });
});

describe('link, in the words of wash', () => {
  it.each([
    ['a flag for each', ['a', 'b', 'wasi', 'kv', '--interface', 'x', '--interface', 'y']],
    ['a list behind the arguments', ['a', 'b', 'wasi', 'kv', '--interface', 'x', 'y', '-l', 'other']],
    ['a flag before the arguments', ['--interface', 'x', '--interface', 'y', 'a', 'b', 'wasi', 'kv']],
    ['a list before the arguments', ['--interface', 'x', 'y', 'a', 'b', 'wasi', 'kv']],
    ['lists between them', ['a', '--interface', 'x', 'y', '-t', '5000', 'b', 'wasi', 'kv', '-o', 'json']],
  ])('takes interfaces by %s', async (_, words) => {
    const { lattice } = await host();
    expect(await cli('link', 'put', ...words)).toMatchObject({ code: 0 });
    expect(lattice.links).toMatchObject([
      { sourceId: 'a', target: 'b', witPackage: 'kv', interfaces: ['x', 'y'] },
    ]);
  });

  it('lists with query, and removes all of a lattice only by force', async () => {
    const { lattice } = await host();
    const put = (source: string) =>
      cli('link', 'put', source, 'b', 'wasi', 'keyvalue', '--interface', 'store', '-l', 'x');
    await put('a');
    await put('c');
    expect((await cli('link', 'query')).output).toBe((await cli('get', 'links')).output);
    expect(await cli('link', 'del', '--all')).toMatchObject({
      code: 2,
      errors: expect.stringContaining('removes all links of lattice `default`, which are 2'),
    });
    expect(await cli('link', 'del', 'a')).toMatchObject({ code: 2 });
    expect(await cli('link', 'del', 'a', 'wasi', 'keyvalue', '-l', 'x')).toMatchObject({ code: 0 });
    expect(lattice.links).toHaveLength(1);
    expect(await cli('link', 'del', '--all', '--force')).toMatchObject({
      code: 0,
      output: 'removed all links, 1\n',
    });
    expect(lattice.links).toEqual([]);
  });
});
