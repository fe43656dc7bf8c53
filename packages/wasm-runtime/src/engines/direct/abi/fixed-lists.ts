import type { Codec } from './codec.js';
import { repeatedLayout } from './layout.js';
import type { LiftLowerContext } from './lift-lower-context.js';
import { asList, numberArrayOf } from './lists.js';

/**
 * A list whose length is part of its type lies in place, like the fields of a record. The host has typed arrays of numbers, as with
 * other lists.
 *
 * @param kind of the element
 */
export function fixedListCodec(kind: string, element: Codec, length: number): Codec {
  const { size, flat } = element.layout;
  const array = numberArrayOf(kind);
  const each = (cx: LiftLowerContext, value: unknown): ArrayLike<unknown> => {
    const list = asList(cx, value);
    if (list.length === length) return list;
    throw cx.trap(`expected a list of ${length} elements, got ${list.length}`);
  };
  return {
    layout: repeatedLayout(element.layout, length),
    load(cx, address) {
      if (array !== undefined) return cx.memory.numbers(array).slice(address / size, address / size + length);
      cx.countElements(length);
      const list: unknown[] = [];
      for (let i = 0; i < length; i++) list.push(element.load(cx, address + size * i));
      return list;
    },
    store(cx, address, value) {
      const list = each(cx, value);
      for (let i = 0; i < length; i++) element.store(cx, address + size * i, list[i]);
    },
    lift(cx, slot) {
      const list: unknown[] = [];
      for (let i = 0; i < length; i++) list.push(element.lift(cx, slot + flat.length * i));
      return array === undefined ? list : array.from(list as never[]);
    },
    lower(cx, slot, value) {
      const list = each(cx, value);
      for (let i = 0; i < length; i++) element.lower(cx, slot + flat.length * i, list[i]);
    },
  };
}
