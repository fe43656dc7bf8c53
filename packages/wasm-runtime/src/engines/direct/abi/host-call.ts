import { parseQualifiedName } from '../../../qualified-name.js';
import type { HostFunction } from '../../engine.js';
import type { LiftLowerContext } from './lift-lower-context.js';
import { toAddress } from './ranges.js';
import type { Param, Signature } from './signature.js';

/** Lifts the parameters and calls the host function. */
export type HostCall = () => unknown;

/** Looks a function of the host up, once for each invocation. */
class HostLookup {
  readonly #cx: LiftLowerContext;
  readonly #importId: string;
  readonly #name: string;
  #invocation = -1;
  #target: HostFunction | undefined;

  constructor(cx: LiftLowerContext, importId: string, name: string) {
    this.#cx = cx;
    this.#importId = importId;
    this.#name = name;
  }

  target(): HostFunction {
    const { instance } = this.#cx;
    if (this.#invocation !== instance.invocation) {
      this.#target = instance.imports.get(this.#importId)?.func(this.#name);
      this.#invocation = instance.invocation;
    }
    if (this.#target === undefined) throw this.#cx.trap('the host does not have this function');
    return this.#target;
  }
}

export function compileHostCall(
  cx: LiftLowerContext,
  signature: Signature,
  funcName: string,
  importId: string,
): HostCall {
  const params = signature.spilled ? spilledParams(cx, signature) : flatParams(cx, signature.params);
  const lookup = new HostLookup(cx, importId, funcName);
  switch (parseQualifiedName(funcName).kind) {
    case 'function':
    case 'static':
      return compileCall(params, lookup);
    case 'constructor':
      return compileConstruction(params, lookup);
    case 'method':
      return compileMethodCall(cx, params, lookup);
  }
}

/** Functions that lift one parameter each, to be called in order. */
type LiftParams = readonly (() => unknown)[];

function flatParams(cx: LiftLowerContext, params: readonly Param[]): LiftParams {
  return params.map(
    ({ codec, place }) =>
      () =>
        codec.lift(cx, place),
  );
}

function spilledParams(cx: LiftLowerContext, { params, spilled }: Signature): LiftParams {
  const { size, align } = spilled ?? { size: 0, align: 1 };
  return params.map(({ codec, place }, i) => () => {
    const address = toAddress(cx.flat[0]);
    if (i === 0) cx.checkRange(address, size, align, 'the parameters');
    return codec.load(cx, address + place);
  });
}

function compileCall(params: LiftParams, lookup: HostLookup): HostCall {
  const [a, b, c] = params;
  if (a === undefined) return () => lookup.target()();
  if (b === undefined) return () => lookup.target()(a());
  if (c === undefined) return () => lookup.target()(a(), b());
  if (params.length === 3) return () => lookup.target()(a(), b(), c());
  return () => lookup.target()(...liftAll(params));
}

function compileConstruction(params: LiftParams, lookup: HostLookup): HostCall {
  return () => Reflect.construct(lookup.target(), liftAll(params));
}

function compileMethodCall(cx: LiftLowerContext, params: LiftParams, lookup: HostLookup): HostCall {
  const [self, a, b, ...more] = params;
  if (self === undefined) throw cx.trap('a method without self');
  if (a === undefined) return () => lookup.target().call(self());
  if (b === undefined) return () => lookup.target().call(self(), a());
  if (more.length === 0) return () => lookup.target().call(self(), a(), b());
  return () => lookup.target().apply(self(), [a(), b(), ...liftAll(more)]);
}

function liftAll(params: LiftParams): unknown[] {
  const values: unknown[] = [];
  for (const lift of params) values.push(lift());
  return values;
}
