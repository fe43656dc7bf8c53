import type { WitType } from '../types.js';
import { CodecError } from './codec-error.js';
import { maxTypeDepth } from './limits.js';

/** Facts about a type that decide how its codec is built. */
export interface TypeShape {
  /** Whether a stream or a future is reachable: its codec then keeps track of index paths. */
  readonly deferred: boolean;
  /** Fewest bytes a value takes. A list claiming more elements than bytes allow is refused before it is built. */
  readonly minBytes: number;
}

const shapes = new WeakMap<WitType, TypeShape>();

/** Errors: `CodecError` `limit-nesting` for a type nested deeper than any real one. */
export function typeShape(type: WitType, depth = 0): TypeShape {
  const known = shapes.get(type);
  if (known) return known;
  if (depth > maxTypeDepth) {
    throw new CodecError('limit-nesting', `type is nested deeper than ${maxTypeDepth} levels`);
  }
  const shape = computeShape(type, depth + 1);
  shapes.set(type, shape);
  return shape;
}

function computeShape(type: WitType, depth: number): TypeShape {
  const of = (inner: WitType): TypeShape => typeShape(inner, depth);
  switch (type.kind) {
    case 'f32':
      return { deferred: false, minBytes: 4 };
    case 'f64':
      return { deferred: false, minBytes: 8 };
    case 'list':
      return { deferred: of(type.element).deferred, minBytes: 1 };
    case 'option':
      return { deferred: of(type.some).deferred, minBytes: 1 };
    case 'result': {
      const payloads = [type.ok, type.err].filter((payload) => payload !== undefined);
      return { deferred: payloads.some((payload) => of(payload).deferred), minBytes: 1 };
    }
    case 'variant': {
      const payloads = type.cases.flatMap((witCase) => witCase.type ?? []);
      // Every payload is looked at: each one's nesting counts.
      return { deferred: payloads.map(of).some((shape) => shape.deferred), minBytes: 1 };
    }
    case 'tuple':
      return sequenceShape(type.items.map(of));
    case 'record':
      return sequenceShape(type.fields.map((field) => of(field.type)));
    case 'flags':
      return { deferred: false, minBytes: Math.ceil(type.flags.length / 8) };
    case 'stream':
      if (type.element) of(type.element);
      return { deferred: true, minBytes: 1 };
    case 'future':
      if (type.value) of(type.value);
      return { deferred: true, minBytes: 1 };
    default:
      return { deferred: false, minBytes: 1 };
  }
}

function sequenceShape(shapesInOrder: readonly TypeShape[]): TypeShape {
  return {
    deferred: shapesInOrder.some((shape) => shape.deferred),
    minBytes: shapesInOrder.reduce((sum, shape) => sum + shape.minBytes, 0),
  };
}
