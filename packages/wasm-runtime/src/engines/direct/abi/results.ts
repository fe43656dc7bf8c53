import type { Codec } from './codec.js';
import type { LiftLowerContext } from './lift-lower-context.js';
import { VariantCore } from './variants.js';

const okIndex = 0;
const errIndex = 1;

/** A WIT result: as data, `{ tag, val }`, and one of its cases at a time, for functions that return and throw. */
export interface ResultCodec extends Codec {
  storeOk(cx: LiftLowerContext, address: number, value: unknown): void;
  storeErr(cx: LiftLowerContext, address: number, value: unknown): void;
  lowerOk(cx: LiftLowerContext, slot: number, value: unknown): void;
  lowerErr(cx: LiftLowerContext, slot: number, value: unknown): void;
}

export function resultCodec(ok: Codec | undefined, err: Codec | undefined): ResultCodec {
  const core = new VariantCore('a result', [ok, err]);
  const make = (index: number, val: unknown): unknown =>
    index === okIndex ? { tag: 'ok', val } : { tag: 'err', val };
  return {
    layout: core.layout,
    load(cx, address) {
      const index = core.loadIndex(cx, address);
      return make(index, core.loadPayload(cx, address, index));
    },
    store(cx, address, value) {
      if (!isResult(value)) throw noResult(cx, value);
      core.store(cx, address, value.tag === 'ok' ? okIndex : errIndex, value.val);
    },
    lift(cx, slot) {
      const index = core.liftIndex(cx, slot);
      return make(index, core.liftPayload(cx, slot, index));
    },
    lower(cx, slot, value) {
      if (!isResult(value)) throw noResult(cx, value);
      core.lower(cx, slot, value.tag === 'ok' ? okIndex : errIndex, value.val);
    },
    storeOk: (cx, address, value) => core.store(cx, address, okIndex, value),
    storeErr: (cx, address, value) => core.store(cx, address, errIndex, value),
    lowerOk: (cx, slot, value) => core.lower(cx, slot, okIndex, value),
    lowerErr: (cx, slot, value) => core.lower(cx, slot, errIndex, value),
  };
}

/** Whether a value is a result as data. A host function may return one instead of the bare value. */
export function isResult(value: unknown): value is { readonly tag: 'ok' | 'err'; readonly val?: unknown } {
  if (typeof value !== 'object' || value === null) return false;
  const { tag } = value as { readonly tag?: unknown };
  return tag === 'ok' || tag === 'err';
}

function noResult(cx: LiftLowerContext, value: unknown): Error {
  return cx.trap(
    `expected a result { tag: 'ok' | 'err', val }, got ${value === null ? 'null' : typeof value}`,
  );
}
