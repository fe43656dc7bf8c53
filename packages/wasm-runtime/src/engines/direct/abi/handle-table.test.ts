import { expect, it } from 'vitest';
import { type Handle, HandleCount, HandleTable } from './handle-table.js';

const resource = { instance: 'wasi:io/poll@0.2.3', name: 'pollable' };

function tableWith(handles: number) {
  const count = new HandleCount();
  const table = new HandleTable(count);
  const add = (rep: object = {}): number => table.add(resource, rep, true, 'a test');
  const reps = Array.from({ length: handles }, (_, index) => ({ index }));
  return { count, table, add, reps, indexes: reps.map(add) };
}

it('gives out the number that was given back last, then new ones', () => {
  const { table, add, indexes } = tableWith(3);
  expect(indexes).toEqual([1, 2, 3]);
  table.remove(1, resource, 'a test');
  table.remove(3, resource, 'a test');
  expect([add(), add(), add()]).toEqual([3, 1, 4]);
});

it.each([3, 100])('begins anew once it is emptied, whatever became of %i handles', (handles) => {
  const { count, table, add, reps } = tableWith(handles);
  table.remove(2, resource, 'a test');
  const left = table.clear();
  expect(left.map((entry) => (entry as Handle).rep)).toEqual(reps.filter((_, i) => i !== 1).reverse());
  expect(count.held).toBe(0);
  expect(() => table.get(1, resource, 'a test')).toThrow('there is no handle 1');
  expect([add(), add(), add()]).toEqual([1, 2, 3]);
  for (const index of [1, 2, 3]) table.remove(index, resource, 'a test');
  expect(table.clear()).toEqual([]);
  expect([add(), add()]).toEqual([1, 2]);
});
