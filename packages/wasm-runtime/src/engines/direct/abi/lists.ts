import type { PrimitiveKind } from '@wasmlattice/rpc';
import type { Codec } from './codec.js';
import type { NumberArrayType } from './guest-memory.js';
import { rangeLayout } from './layout.js';
import type { LiftLowerContext } from './lift-lower-context.js';

/** Lists of these are copied as a whole and are typed arrays for the host. */
interface NumberKind {
  readonly array: NumberArrayType;
  accepts(value: unknown): boolean;
}

const integer = (min: number, max: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;

const bigInteger = (min: bigint, max: bigint) => (value: unknown) =>
  typeof value === 'bigint' && value >= min && value <= max;

const float = (value: unknown): boolean => typeof value === 'number';

const numberKinds: Readonly<Partial<Record<PrimitiveKind, NumberKind>>> = {
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

/** @param kind of the element */
export function listCodec(kind: string, element: Codec): Codec {
  const numbers = numberKinds[kind as PrimitiveKind];
  if (kind === 'u8') return rangeCodec(readBytes, writeBytes(element));
  return numbers === undefined
    ? rangeCodec(readElements(element), writeElements(element))
    : rangeCodec(readNumbers(numbers), writeNumbers(kind, numbers, element));
}

type Read = (cx: LiftLowerContext, address: number, length: number) => unknown;

/** Returns the address; the length is left in `cx.written`. */
type Write = (cx: LiftLowerContext, value: unknown) => number;

function rangeCodec(read: Read, write: Write): Codec {
  return {
    layout: rangeLayout,
    load(cx, address) {
      const { view } = cx.memory;
      return read(cx, view.getUint32(address, true), view.getUint32(address + 4, true));
    },
    store(cx, address, value) {
      const start = write(cx, value);
      const { view } = cx.memory;
      view.setUint32(address, start, true);
      view.setUint32(address + 4, cx.written, true);
    },
    lift: (cx, slot) => read(cx, (cx.flat[slot] as number) >>> 0, (cx.flat[slot + 1] as number) >>> 0),
    lower(cx, slot, value) {
      cx.flat[slot] = write(cx, value) | 0;
      cx.flat[slot + 1] = cx.written | 0;
    },
  };
}

const readBytes: Read = (cx, address, length) => {
  cx.checkRead(address, length, 1, 'a list');
  return cx.memory.bytes.slice(address, address + length);
};

function writeBytes(element: Codec): Write {
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

function readNumbers({ array }: NumberKind): Read {
  const size = array.BYTES_PER_ELEMENT;
  return (cx, address, length) => {
    cx.checkRead(address, size * length, size, 'a list');
    // A view's own slice keeps short arrays on V8's heap; one of the buffer costs ten times as much.
    return cx.memory.numbers(array).slice(address / size, address / size + length);
  };
}

function writeNumbers(kind: string, { array, accepts }: NumberKind, element: Codec): Write {
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

function readElements(element: Codec): Read {
  const { size, align } = element.layout;
  return (cx, address, length) => {
    cx.checkRead(address, size * length, align, 'a list');
    cx.countElements(length);
    const list: unknown[] = [];
    for (let i = 0; i < length; i++) list.push(element.load(cx, address + size * i));
    return list;
  };
}

function writeElements(element: Codec): Write {
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

function asList(cx: LiftLowerContext, value: unknown): ArrayLike<unknown> {
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)) {
    return value as ArrayLike<unknown>;
  }
  throw cx.trap(`expected a list, got ${typeof value}`);
}
