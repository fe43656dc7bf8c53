import type { Codec } from './codec.js';
import { type Pointer, rangeLayouts } from './layout.js';
import type { LiftLowerContext } from './lift-lower-context.js';

/** Reads what lies at `address`; `length` counts elements or code units. */
export type ReadRange = (cx: LiftLowerContext, address: number, length: number) => unknown;

/** Writes a value where the guest wants it. Returns the address; the length is left in `cx.written`. */
export type WriteRange = (cx: LiftLowerContext, value: unknown) => number;

/** A value that passes as pointer and length. */
export function rangeCodec(pointer: Pointer, read: ReadRange, write: WriteRange): Codec {
  return pointer === 'i32' ? narrowCodec(read, write) : wideCodec(read, write);
}

function narrowCodec(read: ReadRange, write: WriteRange): Codec {
  return {
    layout: rangeLayouts.i32,
    load(cx, address) {
      const { view } = cx.memory;
      return read(cx, view.getUint32(address, true), view.getUint32(address + 4, true));
    },
    store(cx, address, value) {
      const start = write(cx, value);
      storeRange(cx, address, start);
    },
    lift: (cx, slot) => read(cx, (cx.flat[slot] as number) >>> 0, (cx.flat[slot + 1] as number) >>> 0),
    lower(cx, slot, value) {
      const start = write(cx, value);
      lowerRange(cx, slot, start);
    },
  };
}

/** In a memory with 64-bit addresses. */
function wideCodec(read: ReadRange, write: WriteRange): Codec {
  return {
    layout: rangeLayouts.i64,
    load: (cx, address) => read(cx, loadAddress(cx, address), loadLength(cx, address)),
    store: (cx, address, value) => storeRange(cx, address, write(cx, value)),
    lift: (cx, slot) => read(cx, liftAddress(cx, slot), liftLength(cx, slot)),
    lower: (cx, slot, value) => lowerRange(cx, slot, write(cx, value)),
  };
}

/** The address in a range that lies in memory. */
export function loadAddress(cx: LiftLowerContext, at: number): number {
  const { view, pointer } = cx.memory;
  return pointer === 'i32' ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

export function loadLength(cx: LiftLowerContext, at: number): number {
  const { view, pointer } = cx.memory;
  return pointer === 'i32' ? view.getUint32(at + 4, true) : toLength(cx, view.getBigUint64(at + 8, true));
}

/** The address in a range that is passed as core values. */
export function liftAddress(cx: LiftLowerContext, slot: number): number {
  return toAddress(cx.flat[slot]);
}

export function liftLength(cx: LiftLowerContext, slot: number): number {
  const value = cx.flat[slot + 1];
  return typeof value === 'bigint' ? toLength(cx, BigInt.asUintN(64, value)) : (value as number) >>> 0;
}

/** Stores what {@link WriteRange} returned and left in `cx.written`. */
export function storeRange(cx: LiftLowerContext, at: number, address: number): void {
  const { view, pointer } = cx.memory;
  if (pointer === 'i32') {
    view.setUint32(at, address, true);
    view.setUint32(at + 4, cx.written, true);
  } else {
    view.setBigUint64(at, BigInt(address), true);
    view.setBigUint64(at + 8, fromLength(cx), true);
  }
}

export function lowerRange(cx: LiftLowerContext, slot: number, address: number): void {
  const { flat } = cx;
  if (cx.memory.pointer === 'i32') {
    flat[slot] = address | 0;
    flat[slot + 1] = cx.written | 0;
  } else {
    flat[slot] = BigInt(address);
    flat[slot + 1] = BigInt.asIntN(64, fromLength(cx));
  }
}

/** A pointer that a guest passed. Beyond 2^53 it is not exact, and beyond any memory. */
export function toAddress(value: number | bigint | undefined): number {
  return typeof value === 'bigint' ? Number(BigInt.asUintN(64, value)) : (value as number) >>> 0;
}

/** In `latin1+utf16`, marks a length in code units of UTF-16. */
export const utf16Tag = 0x8000_0000;
const wideTag = 1n << 63n;

/** The tag is in the highest bit of a pointer; string coders know it as {@link utf16Tag}. */
function toLength(cx: LiftLowerContext, length: bigint): number {
  if (length < BigInt(utf16Tag)) return Number(length);
  if (cx.strings.hasTag && length >= wideTag) return Number(length - wideTag) + utf16Tag;
  throw cx.trap(`a length of ${length} is longer than any memory`);
}

function fromLength(cx: LiftLowerContext): bigint {
  const { written } = cx;
  return written >= utf16Tag ? BigInt(written - utf16Tag) + wideTag : BigInt(written);
}
