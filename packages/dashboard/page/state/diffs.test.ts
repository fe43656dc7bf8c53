import { expect, it } from 'vitest';
import { diffConfigs, diffLinks, hasChanges } from './diffs.js';

it('tells values that change, come and go, in the order they had', () => {
  const lines = diffConfigs({ a: '1', b: '2', c: '3' }, { a: '1', c: '4', d: '5' });
  expect(lines.map(({ mark, name, value }) => [mark, name, value])).toEqual([
    ['kept', 'a', '1'],
    ['removed', 'b', '2'],
    ['removed', 'c', '3'],
    ['added', 'c', '4'],
    ['added', 'd', '5'],
  ]);
});

it('hides values by what their names sound like', () => {
  const names = ['password', 'DB_TOKEN', 'apiKey', 'client-secret', 'keyspace', 'url'];
  const lines = diffConfigs(undefined, Object.fromEntries(names.map((name) => [name, 'x'])));
  expect(lines.filter(({ isHidden }) => isHidden).map(({ name }) => name)).toEqual(names.slice(0, 4));
});

it('finds nothing to write where nothing changes', () => {
  const link = {
    sourceId: 'a',
    target: 'b',
    name: 'default',
    witNamespace: 'wasi',
    witPackage: 'keyvalue',
    interfaces: ['store'],
    sourceConfig: [],
    targetConfig: [],
  };
  expect(hasChanges(diffLinks(link, { ...link }))).toBe(false);
  expect(hasChanges(diffLinks(link, { ...link, interfaces: ['store', 'batch'] }))).toBe(true);
  expect(hasChanges(diffLinks(link, undefined))).toBe(true);
});
