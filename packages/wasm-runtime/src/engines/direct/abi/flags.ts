import { camelCase, memberOf } from '@wasmlattice/rpc';
import type { Codec } from './codec.js';
import { flagsLayout } from './layout.js';
import type { LiftLowerContext } from './lift-lower-context.js';

/** `{ camelCase: boolean }`. Bits that no flag has are ignored; a flag that is missing is not set. */
export function flagsCodec(names: readonly string[]): Codec {
  const layout = flagsLayout(names.length);
  const words = wordsOf(names.map((name) => camelCase(name)));
  return {
    layout,
    load(cx, address) {
      const flags: Record<string, boolean> = {};
      for (const [i, keys] of words.entries())
        unpack(flags, keys, loadWord(cx, address + 4 * i, layout.size));
      return flags;
    },
    store(cx, address, value) {
      const flags = asFlags(cx, value);
      for (const [i, keys] of words.entries()) storeWord(cx, address + 4 * i, layout.size, pack(flags, keys));
    },
    lift(cx, slot) {
      const flags: Record<string, boolean> = {};
      for (const [i, keys] of words.entries()) unpack(flags, keys, cx.flat[slot + i] as number);
      return flags;
    },
    lower(cx, slot, value) {
      const flags = asFlags(cx, value);
      for (const [i, keys] of words.entries()) cx.flat[slot + i] = pack(flags, keys);
    },
  };
}

function wordsOf(keys: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(keys.length / 32) }, (_, i) => keys.slice(32 * i, 32 * i + 32));
}

function unpack(flags: Record<string, boolean>, keys: readonly string[], bits: number): void {
  let rest = bits;
  for (const key of keys) {
    flags[key] = (rest & 1) === 1;
    rest >>>= 1;
  }
}

function pack(flags: Readonly<Record<string, unknown>>, keys: readonly string[]): number {
  let bits = 0;
  for (const [i, key] of keys.entries()) if (memberOf(flags, key)) bits |= 1 << i;
  return bits;
}

function loadWord(cx: LiftLowerContext, address: number, size: number): number {
  const { view } = cx.memory;
  return size === 1
    ? view.getUint8(address)
    : size === 2
      ? view.getUint16(address, true)
      : view.getUint32(address, true);
}

function storeWord(cx: LiftLowerContext, address: number, size: number, bits: number): void {
  const { view } = cx.memory;
  if (size === 1) view.setUint8(address, bits);
  else if (size === 2) view.setUint16(address, bits, true);
  else view.setUint32(address, bits, true);
}

const none: Readonly<Record<string, unknown>> = {};

function asFlags(cx: LiftLowerContext, value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return none;
  if (typeof value === 'object') return value as Readonly<Record<string, unknown>>;
  throw cx.trap(`expected flags as an object, got ${typeof value}`);
}
