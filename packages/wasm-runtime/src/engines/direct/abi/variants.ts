import type { AbiTrap } from './abi-trap.js';
import type { Codec } from './codec.js';
import { type Coercion, coercionsFor } from './coercions.js';
import { type CoreType, type VariantLayout, variantLayout } from './layout.js';
import type { LiftLowerContext } from './lift-lower-context.js';

/** One case, as the shapes of variants below are made of. */
interface CasePlan {
  readonly payload: Codec | undefined;
  /** Between the core values of the payload and those that all cases share. */
  readonly coercions: readonly Coercion[];
  /** How many of the shared core values the payload takes. */
  readonly taken: number;
}

/** Discriminant and payload of everything that is a variant in the canonical ABI. */
export class VariantCore {
  readonly layout: VariantLayout;
  readonly #cases: readonly CasePlan[];
  /** Of the core values behind the discriminant. */
  readonly #joined: readonly CoreType[];
  readonly #kind: string;

  /** @param kind for messages: variant, option, result, enum */
  constructor(kind: string, payloads: readonly (Codec | undefined)[]) {
    this.layout = variantLayout(payloads.map((payload) => payload?.layout));
    this.#joined = this.layout.flat.slice(1);
    this.#kind = kind;
    this.#cases = payloads.map((payload) => ({
      payload,
      coercions: coercionsFor(payload?.layout.flat ?? [], this.#joined),
      taken: payload?.layout.flat.length ?? 0,
    }));
  }

  loadIndex(cx: LiftLowerContext, address: number): number {
    const { view } = cx.memory;
    const { discriminantSize } = this.layout;
    const index =
      discriminantSize === 1
        ? view.getUint8(address)
        : discriminantSize === 2
          ? view.getUint16(address, true)
          : view.getUint32(address, true);
    if (index >= this.#cases.length) throw this.#badIndex(cx, index);
    return index;
  }

  hasPayload(index: number): boolean {
    return this.#cases[index]?.payload !== undefined;
  }

  loadPayload(cx: LiftLowerContext, address: number, index: number): unknown {
    return this.#cases[index]?.payload?.load(cx, address + this.layout.payloadOffset);
  }

  store(cx: LiftLowerContext, address: number, index: number, value: unknown): void {
    this.storeIndex(cx, address, index);
    this.#cases[index]?.payload?.store(cx, address + this.layout.payloadOffset, value);
  }

  storeIndex(cx: LiftLowerContext, address: number, index: number): void {
    const { view } = cx.memory;
    const { discriminantSize } = this.layout;
    if (discriminantSize === 1) view.setUint8(address, index);
    else if (discriminantSize === 2) view.setUint16(address, index, true);
    else view.setUint32(address, index, true);
  }

  liftIndex(cx: LiftLowerContext, slot: number): number {
    const index = (cx.flat[slot] as number) >>> 0;
    if (index >= this.#cases.length) throw this.#badIndex(cx, index);
    return index;
  }

  liftPayload(cx: LiftLowerContext, slot: number, index: number): unknown {
    const { payload } = this.#cases[index] as CasePlan;
    if (payload === undefined) return undefined;
    this.narrow(cx, slot, index);
    return payload.lift(cx, slot + 1);
  }

  /** Gives the core values behind the discriminant the types that the payload has by itself. */
  narrow(cx: LiftLowerContext, slot: number, index: number): void {
    const { flat } = cx;
    for (const { at, narrow } of (this.#cases[index] as CasePlan).coercions) {
      flat[slot + 1 + at] = narrow(flat[slot + 1 + at] as number | bigint);
    }
  }

  lower(cx: LiftLowerContext, slot: number, index: number, value: unknown): void {
    cx.flat[slot] = index;
    (this.#cases[index] as CasePlan).payload?.lower(cx, slot + 1, value);
    this.widen(cx, slot, index);
  }

  /** Gives the core values behind the discriminant the types that all cases share; those that the payload has none for are 0. */
  widen(cx: LiftLowerContext, slot: number, index: number): void {
    const { coercions, taken } = this.#cases[index] as CasePlan;
    const { flat } = cx;
    for (const { at, widen } of coercions) {
      flat[slot + 1 + at] = widen(flat[slot + 1 + at] as number | bigint);
    }
    for (let i = taken; i < this.#joined.length; i++) flat[slot + 1 + i] = this.#joined[i] === 'i64' ? 0n : 0;
  }

  #badIndex(cx: LiftLowerContext, index: number): AbiTrap {
    const count = this.#cases.length;
    return cx.trap(`discriminant ${index} of ${this.#kind} with ${count} ${count === 1 ? 'case' : 'cases'}`);
  }
}

/** `{ tag, val }`, and `{ tag }` for a case without payload. */
export function variantCodec(names: readonly string[], payloads: readonly (Codec | undefined)[]): Codec {
  const core = new VariantCore('a variant', payloads);
  const indexOf = indexBy(names);
  const make = (index: number, value: unknown): unknown =>
    core.hasPayload(index) ? { tag: names[index], val: value } : { tag: names[index] };
  return {
    layout: core.layout,
    load(cx, address) {
      const index = core.loadIndex(cx, address);
      return make(index, core.loadPayload(cx, address, index));
    },
    store(cx, address, value) {
      const { tag, val } = asTagged(cx, value);
      core.store(cx, address, indexOf(cx, tag), val);
    },
    lift(cx, slot) {
      const index = core.liftIndex(cx, slot);
      return make(index, core.liftPayload(cx, slot, index));
    },
    lower(cx, slot, value) {
      const { tag, val } = asTagged(cx, value);
      core.lower(cx, slot, indexOf(cx, tag), val);
    },
  };
}

export function enumCodec(names: readonly string[]): Codec {
  const core = new VariantCore(
    'an enum',
    names.map(() => undefined),
  );
  const indexOf = indexBy(names);
  return {
    layout: core.layout,
    load: (cx, address) => names[core.loadIndex(cx, address)],
    store: (cx, address, value) => core.store(cx, address, indexOf(cx, value), undefined),
    lift: (cx, slot) => names[core.liftIndex(cx, slot)],
    lower: (cx, slot, value) => core.lower(cx, slot, indexOf(cx, value), undefined),
  };
}

/** A value or undefined. */
export function optionCodec(some: Codec): Codec {
  const core = new VariantCore('an option', [undefined, some]);
  return {
    layout: core.layout,
    load: (cx, address) => (core.loadIndex(cx, address) === 0 ? undefined : core.loadPayload(cx, address, 1)),
    store: (cx, address, value) =>
      value === undefined || value === null
        ? core.store(cx, address, 0, undefined)
        : core.store(cx, address, 1, value),
    lift: (cx, slot) => (core.liftIndex(cx, slot) === 0 ? undefined : core.liftPayload(cx, slot, 1)),
    lower: (cx, slot, value) =>
      value === undefined || value === null
        ? core.lower(cx, slot, 0, undefined)
        : core.lower(cx, slot, 1, value),
  };
}

function indexBy(names: readonly string[]): (cx: LiftLowerContext, name: unknown) => number {
  const indices = new Map<unknown, number>(names.map((name, index) => [name, index]));
  return (cx, name) => {
    const index = indices.get(name);
    if (index === undefined) throw cx.trap(`${String(name)} is none of the cases ${names.join(', ')}`);
    return index;
  };
}

function asTagged(cx: LiftLowerContext, value: unknown): { readonly tag?: unknown; readonly val?: unknown } {
  if (typeof value === 'object' && value !== null) return value;
  throw cx.trap(`expected a variant { tag, val }, got ${value === null ? 'null' : typeof value}`);
}
