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

/** A type as each side has it: the same but for what they know resources as. */
export interface CrossingTypes {
  readonly from: WitType;
  readonly to: WitType;
}

export function compileCrossing({ from, to }: CrossingTypes, pointers: CrossingPointers): Crossing {
  const byTarget = compiled.get(from) ?? new WeakMap<WitType, Map<string, Crossing>>();
  compiled.set(from, byTarget);
  const byPointers = byTarget.get(to) ?? new Map<string, Crossing>();
  byTarget.set(to, byPointers);
  const key = `${pointers.from} ${pointers.to}`;
  const known = byPointers.get(key);
  if (known !== undefined) return known;
  const crossing = compile(from, to, pointers);
  byPointers.set(key, crossing);
  return crossing;
}

/** Types are shared by the functions of a component, and so is how they cross. */
const compiled = new WeakMap<WitType, WeakMap<WitType, Map<string, Crossing>>>();

function compile(from: WitType, to: WitType, pointers: CrossingPointers): Crossing {
  const sides = (member: WitType, other: WitType): Side => ({
    from: compileType(member, pointers.from),
    to: compileType(other, pointers.to),
    crossing: compileCrossing({ from: member, to: other }, pointers),
  });
  const optionalSides = (member: WitType | undefined, other: WitType | undefined): Side | undefined =>
    member && other && sides(member, other);
  const sequence = (members: readonly WitType[], others: readonly WitType[]): Crossing => {
    const all = members.map((member, i) => sides(member, others[i] ?? member));
    return sequenceCrossing(
      all.map(({ crossing }) => crossing),
      sequenceLayout(all.map((side) => side.from.layout)),
      sequenceLayout(all.map((side) => side.to.layout)),
    );
  };
  switch (from.kind) {
    case 'string':
      return stringCrossing;
    case 'list':
      return isNumberKind(from.element.kind)
        ? numbersCrossing(compileType(from.element, pointers.from).layout.size)
        : elementsCrossing(sides(from.element, (to as typeof from).element));
    case 'fixed-list': {
      const elements = sides(from.element, (to as typeof from).element);
      return repeatedCrossing(elements, from.length, isNumberKind(from.element.kind));
    }
    case 'map':
      return elementsCrossing(sides(entryOf(from), entryOf(to as typeof from)));
    case 'record': {
      const typesOf = ({ fields }: typeof from): WitType[] => fields.map((field) => field.type);
      return sequence(typesOf(from), typesOf(to as typeof from));
    }
    case 'tuple':
      return sequence(from.items, (to as typeof from).items);
    case 'option':
      return variantCrossing('an option', [undefined, sides(from.some, (to as typeof from).some)]);
    case 'result': {
      const { ok, err } = to as typeof from;
      return variantCrossing('a result', [optionalSides(from.ok, ok), optionalSides(from.err, err)]);
    }
    case 'variant': {
      const { cases } = to as typeof from;
      return variantCrossing(
        'a variant',
        from.cases.map((item, i) => optionalSides(item.type, cases[i]?.type)),
      );
    }
    case 'own':
      return ownCrossing({ from: from.resource, to: (to as typeof from).resource });
    case 'borrow':
      return borrowCrossing({ from: from.resource, to: (to as typeof from).resource });
    case 'stream':
      return streamCrossing({ from: from.element, to: (to as typeof from).element });
    case 'future':
      return futureCrossing({ from: from.value, to: (to as typeof from).value });
    default:
      return valueCrossing(compileType(from, pointers.from), compileType(to, pointers.to));
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
