import { camelCase } from '@wasmlattice/rpc';
import { className, parseQualifiedName } from '../../../qualified-name.js';
import type { HostImport } from '../../engine.js';
import type { LiftLowerContext } from './lift-lower-context.js';
import { toAddress } from './ranges.js';
import type { Param, Signature } from './signature.js';

/** Lifts the parameters and calls the host function. */
export type HostCall = () => unknown;

type HostObject = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** Where a host function is: a member of the import itself, of a class in it, or such a class. */
interface Place {
  readonly className?: string;
  readonly member?: string;
}

/** Looks functions of the host up, once for each invocation. */
class HostLookup {
  readonly #cx: LiftLowerContext;
  readonly #importId: string;
  readonly #place: Place;
  #invocation = -1;
  #owner: unknown;
  #target: unknown;

  constructor(cx: LiftLowerContext, importId: string, place: Place) {
    this.#cx = cx;
    this.#importId = importId;
    this.#place = place;
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
    const imports: HostImport | undefined = this.#cx.instance.imports.get(this.#importId);
    const { className: type, member } = this.#place;
    const owner = type === undefined ? imports : imports?.[type];
    this.#owner = type === undefined ? undefined : owner;
    this.#target = member === undefined ? owner : (owner as HostObject | undefined)?.[member];
    if (typeof this.#target !== 'function') throw this.#cx.trap('the host does not have this function');
  }
}

export function compileHostCall(
  cx: LiftLowerContext,
  signature: Signature,
  funcName: string,
  importId: string,
): HostCall {
  const name = parseQualifiedName(funcName);
  const params = signature.spilled ? spilledParams(cx, signature) : flatParams(cx, signature.params);
  const lookUp = (place: Place): HostLookup => new HostLookup(cx, importId, place);
  switch (name.kind) {
    case 'function':
      return compileCall(params, lookUp({ member: camelCase(name.name) }));
    case 'constructor':
      return compileConstruction(params, lookUp({ className: className(name.resource) }));
    case 'static':
      return compileCall(
        params,
        lookUp({ className: className(name.resource), member: camelCase(name.member) }),
      );
    case 'method':
      return compileMethodCall(cx, params, camelCase(name.member));
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
