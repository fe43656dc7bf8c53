import { entryOf, type WitType } from '@wasmlattice/rpc';
import { errorContext, futureCodec, streamCodec } from './async/async-values.js';
import type { Codec } from './codec.js';
import { fixedListCodec } from './fixed-lists.js';
import { flagsCodec } from './flags.js';
import { borrowCodec, ownCodec } from './handles.js';
import type { Pointer } from './layout.js';
import { listCodec } from './lists.js';
import { mapCodec } from './maps.js';
import { recordCodec, tupleCodec } from './records.js';
import { resultCodec } from './results.js';
import { scalars } from './scalars.js';
import { stringCodec } from './strings.js';
import { enumCodec, optionCodec, variantCodec } from './variants.js';

/** Types are shared by the functions of a component, and so are their codecs. */
const compiled: Readonly<Record<Pointer, WeakMap<WitType, Codec>>> = {
  i32: new WeakMap(),
  i64: new WeakMap(),
};

/**
 * @param pointer of the memory that values lie in
 */
export function compileType(type: WitType, pointer: Pointer = 'i32'): Codec {
  const known = compiled[pointer].get(type);
  if (known !== undefined) return known;
  const codec = compile(type, pointer);
  compiled[pointer].set(type, codec);
  return codec;
}

function compile(type: WitType, pointer: Pointer): Codec {
  const part = (member: WitType): Codec => compileType(member, pointer);
  switch (type.kind) {
    case 'string':
      return stringCodec(pointer);
    case 'list':
      return listCodec(type.element.kind, part(type.element), pointer);
    case 'fixed-list':
      return fixedListCodec(type.element.kind, part(type.element), type.length);
    case 'map':
      return mapCodec(listCodec('tuple', part(entryOf(type)), pointer));
    case 'record':
      return recordCodec(
        type.fields,
        type.fields.map((field) => part(field.type)),
      );
    case 'tuple':
      return tupleCodec(type.items.map(part));
    case 'option':
      return isNullable(type.some)
        ? variantCodec(['none', 'some'], [undefined, part(type.some)])
        : optionCodec(part(type.some));
    case 'result':
      return resultCodec(type.ok && part(type.ok), type.err && part(type.err));
    case 'variant':
      return variantCodec(
        type.cases.map(({ name }) => name),
        type.cases.map((item) => item.type && part(item.type)),
      );
    case 'enum':
      return enumCodec(type.cases);
    case 'flags':
      return flagsCodec(type.flags);
    case 'own':
      return ownCodec(type.resource);
    case 'borrow':
      return borrowCodec(type.resource);
    case 'stream':
      return streamCodec(type.element);
    case 'future':
      return futureCodec(type.value);
    case 'error-context':
      return errorContext;
    default:
      return scalars[type.kind];
  }
}

/** Whether `undefined` is a value of the type: an option around it has to say `{ tag: 'none' }`. */
function isNullable(type: WitType): boolean {
  return type.kind === 'option' && !isNullable(type.some);
}
