import type { Codec } from './codec.js';
import type { Pointer } from './layout.js';
import type { LiftLowerContext } from './lift-lower-context.js';
import { rangeCodec } from './ranges.js';

const codecs: Readonly<Record<Pointer, Codec>> = {
  i32: rangeCodec('i32', read, write),
  i64: rangeCodec('i64', read, write),
};

export function stringCodec(pointer: Pointer): Codec {
  return codecs[pointer];
}

function read(cx: LiftLowerContext, address: number, length: number): string {
  return cx.strings.read(cx, address, length);
}

function write(cx: LiftLowerContext, value: unknown): number {
  if (typeof value !== 'string') throw cx.trap(`expected a string, got ${typeof value}`);
  return cx.strings.write(cx, value);
}
