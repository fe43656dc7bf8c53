import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { serveImports, unlinkedImports } from './served-imports.js';

it('what hosts give needs nothing, a key-value store gets a provider that is there', async () => {
  const { links, providers, unserved } = await serveImports([
    'wasi:cli/stdout',
    'wasi:config/store',
    'wasi:http/types',
    'wasi:keyvalue/atomics',
    'wasi:keyvalue/store',
    'acme:shop/cart',
  ]);
  expect(links).toMatchObject([
    { target: 'keyvalue', namespace: 'wasi', package: 'keyvalue', interfaces: ['atomics', 'store'] },
  ]);
  expect(unserved).toEqual(['acme:shop/cart']);
  const [source] = providers.map((each) => each.source);
  if (source?.kind !== 'image') throw new Error('expected an image');
  await access(fileURLToPath(new URL('../package.json', source.image)));
});

it('what a link is for is served, with the types that come with it', () => {
  const link = {
    name: 'default',
    target: 'kv',
    namespace: 'wasi',
    package: 'keyvalue',
    interfaces: ['atomics'],
    sourceConfig: [],
    targetConfig: [],
  };
  expect(unlinkedImports(['wasi:io/streams', 'wasi:keyvalue/store', 'acme:shop/cart'], [link])).toEqual([
    'acme:shop/cart',
  ]);
});
