import { type HostFunctionName, parseHostFunction } from './host-function.js';
import type { LiftLowerContext } from './lift-lower-context.js';
import type { Param, Signature } from './signature.js';

/** Lifts the parameters and calls the host function. */
export type HostCall = () => unknown;

type HostObject = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** Looks functions of the host up, once for each invocation. */
class HostLookup {
  readonly #cx: LiftLowerContext;
  readonly #importId: string;
  readonly #name: HostFunctionName;
  #invocation = -1;
  #owner: unknown;
  #target: unknown;

  constructor(cx: LiftLowerContext, importId: string, name: HostFunctionName) {
    this.#cx = cx;
    this.#importId = importId;
    this.#name = name;
  }

  /** `this` of a static function: its class. */
  get owner(): unknown {
    return this.#owner;
  }

  /** The function or, for a constructor, the class. */
  target(): (...args: readonly unknown[]) => unknown {
    const { instance } = this.#cx;
    if (this.#invocation !== instance.invocation) {
      this.#find();
      this.#invocation = instance.invocation;
    }
    return this.#target as (...args: readonly unknown[]) => unknown;
  }

  #find(): void {
    const imports = this.#cx.instance.imports.get(this.#importId);
    const name = this.#name;
    this.#owner = name.kind === 'static' ? imports?.[name.className] : undefined;
    this.#target =
      name.kind === 'static'
        ? (this.#owner as HostObject | undefined)?.[name.member]
        : imports?.[name.kind === 'function' ? name.member : name.className];
    if (typeof this.#target !== 'function') throw this.#cx.trap('the host does not have this function');
  }
}

export function compileHostCall(
  cx: LiftLowerContext,
  signature: Signature,
  funcName: string,
  importId: string,
): HostCall {
  const name = parseHostFunction(funcName);
  const params = signature.spilled ? spilledParams(cx, signature) : flatParams(cx, signature.params);
  if (name.kind === 'method') return compileMethodCall(cx, params, name.member);
  const lookup = new HostLookup(cx, importId, name);
  return name.kind === 'constructor' ? compileConstruction(params, lookup) : compileCall(params, lookup);
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
    const address = (cx.flat[0] as number) >>> 0;
    if (i === 0) cx.checkRange(address, size, align, 'the parameters');
    return codec.load(cx, address + place);
  });
}

function compileCall(params: LiftParams, lookup: HostLookup): HostCall {
  const [a, b, c] = params;
  if (a === undefined) return () => lookup.target().call(lookup.owner);
  if (b === undefined) return () => lookup.target().call(lookup.owner, a());
  if (c === undefined) return () => lookup.target().call(lookup.owner, a(), b());
  if (params.length === 3) return () => lookup.target().call(lookup.owner, a(), b(), c());
  return () => lookup.target().apply(lookup.owner, liftAll(params));
}

function compileConstruction(params: LiftParams, lookup: HostLookup): HostCall {
  return () => Reflect.construct(lookup.target(), liftAll(params));
}

function compileMethodCall(cx: LiftLowerContext, params: LiftParams, member: string): HostCall {
  const [lift, a, b, ...more] = params;
  if (lift === undefined) throw cx.trap('a method without self');
  const self = lift as () => HostObject;
  const method = (object: HostObject): ((...args: readonly unknown[]) => unknown) => {
    const found = object[member];
    if (typeof found !== 'function') throw cx.trap(`the host's object has no method ${member}`);
    return found;
  };
  if (a === undefined) {
    return () => {
      const object = self();
      return method(object).call(object);
    };
  }
  if (b === undefined) {
    return () => {
      const object = self();
      return method(object).call(object, a());
    };
  }
  if (more.length === 0) {
    return () => {
      const object = self();
      return method(object).call(object, a(), b());
    };
  }
  return () => {
    const object = self();
    return method(object).apply(object, [a(), b(), ...liftAll(more)]);
  };
}

function liftAll(params: LiftParams): unknown[] {
  const values: unknown[] = [];
  for (const lift of params) values.push(lift());
  return values;
}
