import { entryOf } from '../map-entry.js';
import type { WitType } from '../types.js';
import { CodecError } from './codec-error.js';
import { bytesOfElement, elementsOfEmpty, maxTypeDepth } from './limits.js';

/** Facts about a type that decide how its codec is built. */
export interface TypeShape {
  /** Whether a stream or a future is reachable: its codec then keeps track of index paths. */
  readonly hasDeferred: boolean;
  /** Fewest bytes a value takes. A list claiming more elements than bytes allow is refused before it is built. */
  readonly minBytes: number;
  /**
   * Most memory a decoded value takes, with its place in what holds it and without what is as long as its bytes are: texts,
   * the content of lists. Measured with V8, in bytes.
   */
  readonly heapBytes: number;
  /** What a list element of this type counts for. */
  readonly weight: number;
}

type Facts = Omit<TypeShape, 'weight'>;

const slotBytes = 8;
/** A number that is no small integer, or a short text. */
const boxedBytes = 32;
const objectBytes = 64;
/** An array with its first elements, or a `Uint8Array`. */
const arrayBytes = 192;
/** `{ tag, val }`, without `val`. */
const taggedBytes = 48;
/** Objects with many flags are hash tables. */
const flagBytes = 48;
/** A generator and its only chunk. */
const readyStreamBytes = 384;

/** An element of a stream without element type. */
export const unitShape: TypeShape = weighed({ hasDeferred: false, minBytes: 0, heapBytes: slotBytes });

const shapes = new WeakMap<WitType, TypeShape>();

/** Errors: `CodecError` `limit-nesting` for a type nested deeper than any real one. */
export function typeShape(type: WitType, depth = 0): TypeShape {
  const known = shapes.get(type);
  if (known) return known;
  if (depth > maxTypeDepth) {
    throw new CodecError('limit-nesting', `type is nested deeper than ${maxTypeDepth} levels`);
  }
  const shape = weighed(computeShape(type, depth + 1));
  shapes.set(type, shape);
  return shape;
}

function weighed(facts: Facts): TypeShape {
  const units = Math.ceil(facts.heapBytes / bytesOfElement);
  return { ...facts, weight: facts.minBytes === 0 ? units * elementsOfEmpty : units };
}

function computeShape(type: WitType, depth: number): Facts {
  const of = (inner: WitType): TypeShape => typeShape(inner, depth);
  switch (type.kind) {
    case 'f32':
      return { hasDeferred: false, minBytes: 4, heapBytes: boxedBytes };
    case 'f64':
      return { hasDeferred: false, minBytes: 8, heapBytes: boxedBytes };
    case 'u64':
    case 's64':
    case 'char':
    case 'string':
      return { hasDeferred: false, minBytes: 1, heapBytes: boxedBytes };
    case 'own':
    case 'borrow':
      return { hasDeferred: false, minBytes: 1, heapBytes: arrayBytes };
    case 'list':
      return { hasDeferred: of(type.element).hasDeferred, minBytes: 1, heapBytes: arrayBytes };
    case 'map': {
      const { hasDeferred } = of(entryOf(type));
      return { hasDeferred, minBytes: 1, heapBytes: arrayBytes };
    }
    case 'option':
      return choiceShape([of(type.some)], type.some.kind === 'option' ? taggedBytes : 0);
    case 'result': {
      const payloads = [type.ok, type.err].filter((payload) => payload !== undefined);
      return choiceShape(payloads.map(of), taggedBytes);
    }
    case 'variant': {
      const payloads = type.cases.flatMap((witCase) => witCase.type ?? []);
      return choiceShape(payloads.map(of), taggedBytes);
    }
    case 'tuple':
      return sequenceShape(type.items.map(of));
    case 'record':
      return sequenceShape(type.fields.map((field) => of(field.type)));
    case 'flags':
      return {
        hasDeferred: false,
        minBytes: Math.ceil(type.flags.length / 8),
        heapBytes: objectBytes + type.flags.length * flagBytes,
      };
    case 'stream':
      if (type.element) of(type.element);
      return { hasDeferred: true, minBytes: 1, heapBytes: readyStreamBytes };
    case 'future':
      return {
        hasDeferred: true,
        minBytes: 1,
        heapBytes: objectBytes + (type.value ? of(type.value).heapBytes : 0),
      };
    default:
      return { hasDeferred: false, minBytes: 1, heapBytes: slotBytes };
  }
}

function choiceShape(payloads: readonly TypeShape[], ownBytes: number): Facts {
  return {
    hasDeferred: payloads.some((shape) => shape.hasDeferred),
    minBytes: 1,
    heapBytes: ownBytes + Math.max(slotBytes, ...payloads.map((shape) => shape.heapBytes)),
  };
}

function sequenceShape(shapesInOrder: readonly TypeShape[]): Facts {
  return {
    hasDeferred: shapesInOrder.some((shape) => shape.hasDeferred),
    minBytes: shapesInOrder.reduce((sum, shape) => sum + shape.minBytes, 0),
    heapBytes: shapesInOrder.reduce((sum, shape) => sum + shape.heapBytes, objectBytes),
  };
}
