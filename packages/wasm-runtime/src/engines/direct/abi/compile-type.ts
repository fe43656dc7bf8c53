import type { WitType } from '@wasmlattice/rpc';
import { UnsupportedTypeError } from './abi-trap.js';
import type { Codec } from './codec.js';
import { flagsCodec } from './flags.js';
import { borrowCodec, ownCodec } from './handles.js';
import { listCodec } from './lists.js';
import { recordCodec, tupleCodec } from './records.js';
import { resultCodec } from './results.js';
import { scalars } from './scalars.js';
import { string } from './strings.js';
import { enumCodec, optionCodec, variantCodec } from './variants.js';

/** Types are shared by the functions of a component, and so are their codecs. */
const compiled = new WeakMap<WitType, Codec>();

/** @throws UnsupportedTypeError for a type that crosses the border asynchronously */
export function compileType(type: WitType): Codec {
  let codec = compiled.get(type);
  if (codec === undefined) {
    codec = compile(type);
    compiled.set(type, codec);
  }
  return codec;
}

function compile(type: WitType): Codec {
  switch (type.kind) {
    case 'string':
      return string;
    case 'list':
      return listCodec(type.element.kind, compileType(type.element));
    case 'record':
      return recordCodec(
        type.fields,
        type.fields.map((field) => compileType(field.type)),
      );
    case 'tuple':
      return tupleCodec(type.items.map(compileType));
    case 'option':
      return isNullable(type.some)
        ? variantCodec(['none', 'some'], [undefined, compileType(type.some)])
        : optionCodec(compileType(type.some));
    case 'result':
      return resultCodec(type.ok && compileType(type.ok), type.err && compileType(type.err));
    case 'variant':
      return variantCodec(
        type.cases.map(({ name }) => name),
        type.cases.map((item) => item.type && compileType(item.type)),
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
    case 'future':
    case 'error-context':
      throw new UnsupportedTypeError(`values of type ${type.kind} need asynchronous calls`);
    default:
      return scalars[type.kind];
  }
}

/** Whether `undefined` is a value of the type: an option around it has to say `{ tag: 'none' }`. */
function isNullable(type: WitType): boolean {
  return type.kind === 'option' && !isNullable(type.some);
}
