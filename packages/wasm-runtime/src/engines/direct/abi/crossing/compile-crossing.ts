import { entryOf, type WitType } from '@wasmlattice/rpc';
import { futureCrossing, streamCrossing } from '../async/end-crossing.js';
import type { Codec } from '../codec.js';
import { compileType } from '../compile-type.js';
import type { Pointer } from '../layout.js';
import { sequenceLayout } from '../layout.js';
import { isNumberKind } from '../lists.js';
import type { Crossing } from './crossing.js';
import { borrowCrossing, ownCrossing } from './handle-crossing.js';
import { elementsCrossing, numbersCrossing, repeatedCrossing } from './list-crossing.js';
import { sequenceCrossing } from './sequence-crossing.js';
import { stringCrossing } from './string-crossing.js';
import { variantCrossing } from './variant-crossing.js';

/** The memories of both sides. */
export interface CrossingPointers {
  readonly from: Pointer;
  readonly to: Pointer;
}

export function compileCrossing(type: WitType, pointers: CrossingPointers): Crossing {
  const byPointers = compiled.get(type) ?? new Map<string, Crossing>();
  compiled.set(type, byPointers);
  const key = `${pointers.from} ${pointers.to}`;
  const known = byPointers.get(key);
  if (known !== undefined) return known;
  const crossing = compile(type, pointers);
  byPointers.set(key, crossing);
  return crossing;
}

/** Types are shared by the functions of a component, and so is how they cross. */
const compiled = new WeakMap<WitType, Map<string, Crossing>>();

function compile(type: WitType, pointers: CrossingPointers): Crossing {
  const sides = (member: WitType): Side => ({
    from: compileType(member, pointers.from),
    to: compileType(member, pointers.to),
    crossing: compileCrossing(member, pointers),
  });
  const sequence = (members: readonly WitType[]): Crossing => {
    const all = members.map(sides);
    return sequenceCrossing(
      all.map(({ crossing }) => crossing),
      sequenceLayout(all.map(({ from }) => from.layout)),
      sequenceLayout(all.map(({ to }) => to.layout)),
    );
  };
  switch (type.kind) {
    case 'string':
      return stringCrossing;
    case 'list':
      return isNumberKind(type.element.kind)
        ? numbersCrossing(compileType(type.element, pointers.from).layout.size)
        : elementsCrossing(sides(type.element));
    case 'fixed-list':
      return repeatedCrossing(sides(type.element), type.length, isNumberKind(type.element.kind));
    case 'map':
      return elementsCrossing(sides(entryOf(type)));
    case 'record':
      return sequence(type.fields.map((field) => field.type));
    case 'tuple':
      return sequence(type.items);
    case 'option':
      return variantCrossing('an option', [undefined, sides(type.some)]);
    case 'result':
      return variantCrossing('a result', [type.ok && sides(type.ok), type.err && sides(type.err)]);
    case 'variant':
      return variantCrossing(
        'a variant',
        type.cases.map((item) => item.type && sides(item.type)),
      );
    case 'own':
      return ownCrossing(type.resource);
    case 'borrow':
      return borrowCrossing(type.resource);
    case 'stream':
      return streamCrossing(type.element);
    case 'future':
      return futureCrossing(type.value);
    default:
      return valueCrossing(compileType(type, pointers.from), compileType(type, pointers.to));
  }
}

/** A type as both sides have it. */
export interface Side {
  readonly from: Codec;
  readonly to: Codec;
  readonly crossing: Crossing;
}

/** For what is one core value, and flags: by way of the value that JavaScript has for it. */
function valueCrossing(from: Codec, to: Codec): Crossing {
  return {
    copy: (fromCx, source, toCx, target) => to.store(toCx, target, from.load(fromCx, source)),
    pass: (fromCx, source, toCx, target) => to.lower(toCx, target, from.lift(fromCx, source)),
  };
}
