import type { PrimitiveKind } from '@wasmlattice/rpc';
import type { Codec } from './codec.js';
import type { NumberArrayType } from './guest-memory.js';
import type { Pointer } from './layout.js';
import type { LiftLowerContext } from './lift-lower-context.js';
import { type ReadRange, rangeCodec, type WriteRange } from './ranges.js';

/** Lists of these are copied as a whole and are typed arrays for the host. */
export interface NumberKind {
  readonly array: NumberArrayType;
  accepts(value: unknown): boolean;
}

const integer = (min: number, max: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;

const bigInteger = (min: bigint, max: bigint) => (value: unknown) =>
  typeof value === 'bigint' && value >= min && value <= max;

const float = (value: unknown): boolean => typeof value === 'number';

export const numberKinds: Readonly<Partial<Record<PrimitiveKind, NumberKind>>> = {
  u8: { array: Uint8Array, accepts: integer(0, 0xff) },
  s8: { array: Int8Array, accepts: integer(-0x80, 0x7f) },
  u16: { array: Uint16Array, accepts: integer(0, 0xffff) },
  s16: { array: Int16Array, accepts: integer(-0x8000, 0x7fff) },
  u32: { array: Uint32Array, accepts: integer(0, 0xffff_ffff) },
  s32: { array: Int32Array, accepts: integer(-0x8000_0000, 0x7fff_ffff) },
  u64: { array: BigUint64Array, accepts: bigInteger(0n, 0xffff_ffff_ffff_ffffn) },
  s64: { array: BigInt64Array, accepts: bigInteger(-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn) },
  f32: { array: Float32Array, accepts: float },
  f64: { array: Float64Array, accepts: float },
};

/** What the host has lists of such elements in. */
export function numberArrayOf(kind: string): NumberArrayType | undefined {
  return numberKinds[kind as PrimitiveKind]?.array;
}

/** Whether lists of such elements are the same bytes in every memory. */
export function isNumberKind(kind: string): boolean {
  return kind in numberKinds;
}

/** @param kind of the element */
export function listCodec(kind: string, element: Codec, pointer: Pointer): Codec {
  const numbers = numberKinds[kind as PrimitiveKind];
  if (kind === 'u8') return rangeCodec(pointer, readBytes, writeBytes(element));
  return numbers === undefined
    ? rangeCodec(pointer, readElements(element), writeElements(element))
    : rangeCodec(pointer, readNumbers(numbers), writeNumbers(kind, numbers, element));
}

const readBytes: ReadRange = (cx, address, length) => {
  cx.checkRead(address, length, 1, 'a list');
  return cx.memory.bytes.slice(address, address + length);
};

function writeBytes(element: Codec): WriteRange {
  const writeOther = writeNumbers('u8', { array: Uint8Array, accepts: integer(0, 0xff) }, element);
  return (cx, value) => {
    if (!(value instanceof Uint8Array)) return writeOther(cx, value);
    const { length } = value;
    const address = cx.allocate(1, length, 'a list');
    cx.memory.bytes.set(value, address);
    cx.written = length;
    return address;
  };
}

function readNumbers({ array }: NumberKind): ReadRange {
  const size = array.BYTES_PER_ELEMENT;
  return (cx, address, length) => {
    cx.checkRead(address, size * length, size, 'a list');
    // A view's own slice keeps short arrays on V8's heap; one of the buffer costs ten times as much.
    return cx.memory.numbers(array).slice(address / size, address / size + length);
  };
}

function writeNumbers(kind: string, { array, accepts }: NumberKind, element: Codec): WriteRange {
  const size = array.BYTES_PER_ELEMENT;
  return (cx, value) => {
    const list = asList(cx, value);
    const { length } = list;
    const address = cx.allocate(size, size * length, 'a list');
    if (value instanceof array) {
      cx.memory.bytes.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), address);
    } else {
      for (let i = 0; i < length; i++) {
        if (!accepts(list[i])) throw cx.trap(`element ${i} of a list is no ${kind}: ${String(list[i])}`);
        element.store(cx, address + size * i, list[i]);
      }
    }
    cx.written = length;
    return address;
  };
}

function readElements(element: Codec): ReadRange {
  const { size, align } = element.layout;
  return (cx, address, length) => {
    cx.checkRead(address, size * length, align, 'a list');
    cx.countElements(length);
    const list: unknown[] = [];
    for (let i = 0; i < length; i++) list.push(element.load(cx, address + size * i));
    return list;
  };
}

function writeElements(element: Codec): WriteRange {
  const { size, align } = element.layout;
  return (cx, value) => {
    const list = asList(cx, value);
    const { length } = list;
    const address = cx.allocate(align, size * length, 'a list');
    for (let i = 0; i < length; i++) element.store(cx, address + size * i, list[i]);
    cx.written = length;
    return address;
  };
}

export function asList(cx: LiftLowerContext, value: unknown): ArrayLike<unknown> {
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)) {
    return value as ArrayLike<unknown>;
  }
  throw cx.trap(`expected a list, got ${typeof value}`);
}
