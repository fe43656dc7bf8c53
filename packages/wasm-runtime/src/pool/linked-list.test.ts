import { expect, it } from 'vitest';
import { type Linked, LinkedList } from './linked-list.js';

class Item implements Linked<Item> {
  previous: Item | undefined;
  next: Item | undefined;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

function listOf(...items: readonly Item[]): LinkedList<Item> {
  const list = new LinkedList<Item>();
  for (const item of items) list.add(item);
  return list;
}

const names = (list: LinkedList<Item>): string[] => Array.from(list, ({ name }) => name);

it('keeps the order of what came, whatever was taken out', () => {
  const [a, b, c, d] = [new Item('a'), new Item('b'), new Item('c'), new Item('d')];
  const list = listOf(a, b, c, d);
  list.delete(b);
  expect(names(list)).toEqual(['a', 'c', 'd']);
  list.delete(a);
  list.delete(d);
  list.add(a);
  expect([names(list), list.isEmpty]).toEqual([['c', 'a'], false]);
  list.delete(a);
  list.delete(c);
  expect([names(list), list.isEmpty]).toEqual([[], true]);
  list.add(b);
  expect(names(list)).toEqual(['b']);
});

it('holds nothing of what was taken out, which holds nothing of the others', () => {
  const [a, b, c] = [new Item('a'), new Item('b'), new Item('c')];
  const list = listOf(a, b, c);
  list.delete(b);
  expect([a.next, c.previous, b.previous, b.next]).toEqual([c, a, undefined, undefined]);
});

it('goes on after what is taken out while it is at hand', () => {
  const list = listOf(new Item('a'), new Item('b'), new Item('c'));
  const seen: string[] = [];
  for (const item of list) {
    seen.push(item.name);
    list.delete(item);
  }
  expect([seen, list.isEmpty]).toEqual([['a', 'b', 'c'], true]);
});
