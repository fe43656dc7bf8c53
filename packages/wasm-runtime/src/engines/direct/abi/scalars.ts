import type { PrimitiveKind } from '@wasmlattice/rpc';
import type { Codec } from './codec.js';
import { scalarLayout } from './layout.js';
import type { LiftLowerContext } from './lift-lower-context.js';

type ScalarKind = Exclude<PrimitiveKind, 'string' | 'error-context'>;

// Values are coerced to their type as the WebAssembly JavaScript API does it, which is what jco's output does as well.

const bool: Codec = {
  layout: scalarLayout(1, 'i32'),
  load: (cx, address) => cx.memory.view.getUint8(address) !== 0,
  store: (cx, address, value) => cx.memory.view.setUint8(address, value ? 1 : 0),
  lift: (cx, slot) => cx.flat[slot] !== 0,
  lower(cx, slot, value) {
    cx.flat[slot] = value ? 1 : 0;
  },
};

const u8: Codec = {
  layout: scalarLayout(1, 'i32'),
  load: (cx, address) => cx.memory.view.getUint8(address),
  store: (cx, address, value) => cx.memory.view.setUint8(address, value as number),
  lift: (cx, slot) => (cx.flat[slot] as number) & 0xff,
  lower(cx, slot, value) {
    cx.flat[slot] = (value as number) & 0xff;
  },
};

const s8: Codec = {
  layout: scalarLayout(1, 'i32'),
  load: (cx, address) => cx.memory.view.getInt8(address),
  store: (cx, address, value) => cx.memory.view.setInt8(address, value as number),
  lift: (cx, slot) => ((cx.flat[slot] as number) << 24) >> 24,
  lower(cx, slot, value) {
    cx.flat[slot] = ((value as number) << 24) >> 24;
  },
};

const u16: Codec = {
  layout: scalarLayout(2, 'i32'),
  load: (cx, address) => cx.memory.view.getUint16(address, true),
  store: (cx, address, value) => cx.memory.view.setUint16(address, value as number, true),
  lift: (cx, slot) => (cx.flat[slot] as number) & 0xffff,
  lower(cx, slot, value) {
    cx.flat[slot] = (value as number) & 0xffff;
  },
};

const s16: Codec = {
  layout: scalarLayout(2, 'i32'),
  load: (cx, address) => cx.memory.view.getInt16(address, true),
  store: (cx, address, value) => cx.memory.view.setInt16(address, value as number, true),
  lift: (cx, slot) => ((cx.flat[slot] as number) << 16) >> 16,
  lower(cx, slot, value) {
    cx.flat[slot] = ((value as number) << 16) >> 16;
  },
};

const u32: Codec = {
  layout: scalarLayout(4, 'i32'),
  load: (cx, address) => cx.memory.view.getUint32(address, true),
  store: (cx, address, value) => cx.memory.view.setUint32(address, value as number, true),
  lift: (cx, slot) => (cx.flat[slot] as number) >>> 0,
  lower(cx, slot, value) {
    cx.flat[slot] = (value as number) | 0;
  },
};

const s32: Codec = {
  layout: scalarLayout(4, 'i32'),
  load: (cx, address) => cx.memory.view.getInt32(address, true),
  store: (cx, address, value) => cx.memory.view.setInt32(address, value as number, true),
  lift: (cx, slot) => (cx.flat[slot] as number) | 0,
  lower(cx, slot, value) {
    cx.flat[slot] = (value as number) | 0;
  },
};

const u64: Codec = {
  layout: scalarLayout(8, 'i64'),
  load: (cx, address) => cx.memory.view.getBigUint64(address, true),
  store: (cx, address, value) => cx.memory.view.setBigUint64(address, toBigInt(value), true),
  lift: (cx, slot) => BigInt.asUintN(64, cx.flat[slot] as bigint),
  lower(cx, slot, value) {
    cx.flat[slot] = BigInt.asIntN(64, toBigInt(value));
  },
};

const s64: Codec = {
  layout: scalarLayout(8, 'i64'),
  load: (cx, address) => cx.memory.view.getBigInt64(address, true),
  store: (cx, address, value) => cx.memory.view.setBigInt64(address, toBigInt(value), true),
  lift: (cx, slot) => BigInt.asIntN(64, cx.flat[slot] as bigint),
  lower(cx, slot, value) {
    cx.flat[slot] = BigInt.asIntN(64, toBigInt(value));
  },
};

const f32: Codec = {
  layout: scalarLayout(4, 'f32'),
  load: (cx, address) => cx.memory.view.getFloat32(address, true),
  store: (cx, address, value) => cx.memory.view.setFloat32(address, value as number, true),
  lift: (cx, slot) => cx.flat[slot],
  lower(cx, slot, value) {
    cx.flat[slot] = +(value as number);
  },
};

const f64: Codec = {
  layout: scalarLayout(8, 'f64'),
  load: (cx, address) => cx.memory.view.getFloat64(address, true),
  store: (cx, address, value) => cx.memory.view.setFloat64(address, value as number, true),
  lift: (cx, slot) => cx.flat[slot],
  lower(cx, slot, value) {
    cx.flat[slot] = +(value as number);
  },
};

const char: Codec = {
  layout: scalarLayout(4, 'i32'),
  load: (cx, address) => toChar(cx, cx.memory.view.getUint32(address, true)),
  store: (cx, address, value) => cx.memory.view.setUint32(address, fromChar(cx, value), true),
  lift: (cx, slot) => toChar(cx, (cx.flat[slot] as number) >>> 0),
  lower(cx, slot, value) {
    cx.flat[slot] = fromChar(cx, value);
  },
};

/** Everything that is one core value and no handle, by its kind. */
export const scalars: Readonly<Record<ScalarKind, Codec>> = {
  bool,
  u8,
  s8,
  u16,
  s16,
  u32,
  s32,
  u64,
  s64,
  f32,
  f64,
  char,
};

function toBigInt(value: unknown): bigint {
  return typeof value === 'bigint' ? value : BigInt(value as number);
}

function toChar(cx: LiftLowerContext, code: number): string {
  if (code > 0x10ffff || isSurrogate(code)) throw cx.trap(`0x${code.toString(16)} is no char`);
  return String.fromCodePoint(code);
}

function fromChar(cx: LiftLowerContext, value: unknown): number {
  const code = typeof value === 'string' ? value.codePointAt(0) : undefined;
  if (code === undefined || isSurrogate(code)) throw cx.trap(`expected a char, got ${String(value)}`);
  return code;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}
