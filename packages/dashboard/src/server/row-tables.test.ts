import { expect, it } from 'vitest';
import type { ComponentRow } from '../model/lattice-rows.js';
import { RowTables } from './row-tables.js';

const row = (id: string, maxInstances = 1): ComponentRow => ({
  hostId: 'NA1',
  id,
  imageRef: 'x',
  annotations: {},
  maxInstances,
});

it('tells what changed since it was last asked, once', () => {
  const tables = new RowTables(() => {});
  tables.set('components', 'a', row('a'));
  tables.set('components', 'b', row('b'));
  expect(tables.takeChanges()).toEqual({ components: { set: { a: row('a'), b: row('b') }, gone: [] } });
  expect(tables.takeChanges()).toBeUndefined();
  tables.delete('components', 'a');
  tables.set('components', 'b', row('b', 2));
  expect(tables.takeChanges()).toEqual({ components: { set: { b: row('b', 2) }, gone: ['a'] } });
});

it('tells nothing of what is again as it was', () => {
  let asked = 0;
  const tables = new RowTables(() => {
    asked += 1;
  });
  tables.set('components', 'a', row('a'));
  tables.takeChanges();
  tables.set('components', 'a', row('a'));
  expect(asked).toBe(1);
  tables.delete('components', 'a');
  tables.set('components', 'a', row('a'));
  expect(tables.takeChanges()).toBeUndefined();
});

it('replaces the rows that are meant and leaves others', () => {
  const tables = new RowTables(() => {});
  tables.set('components', 'a', row('a'));
  tables.set('components', 'b', { ...row('b'), hostId: 'NB2' });
  tables.replace('components', new Map([['c', row('c')]]), ({ hostId }) => hostId === 'NA1');
  expect(tables.entries('components').map(([key]) => key)).toEqual(['b', 'c']);
});
