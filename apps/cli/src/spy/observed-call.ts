import type { WitFunction, WitInterface } from '@wasmlattice/rpc';
import { peekParams, wireName } from '@wasmlattice/rpc';
import {
  blobstore,
  blobstoreV1,
  httpIncomingHandler,
  httpOutgoingHandler,
  keyvalueAtomics,
  keyvalueBatch,
  keyvalueStore,
  keyvalueWatcher,
  messagingConsumer,
  messagingHandler,
} from '@wasmlattice/rpc/interfaces';
import { type JsonValue, valueToJson } from '@wasmlattice/rpc/json';
import type { ComponentTypes } from '@wasmlattice/wasm-runtime/engines';

/** A call as it passes by. */
export interface ObservedCall {
  readonly from: string;
  readonly to: string;
  /** `wrpc:keyvalue/store@0.2.0-draft.get` */
  readonly operation: string;
  /** By name, as far as the first message holds them and their types are known; `undefined`: neither. */
  readonly params?: Readonly<Record<string, JsonValue>> | undefined;
  /** Whether there is more of them than is shown. */
  readonly isPartial: boolean;
}

/** The function of an operation, if its types are known. */
export type FindFunction = (operation: string) => WitFunction | undefined;

/** The interfaces that have types of their own on the wire. */
const wireInterfaces: readonly WitInterface[] = [
  blobstore,
  blobstoreV1,
  httpIncomingHandler,
  httpOutgoingHandler,
  keyvalueAtomics,
  keyvalueBatch,
  keyvalueStore,
  keyvalueWatcher,
  messagingConsumer,
  messagingHandler,
];

/** Looks among what goes over the wire in a form of its own, and what the component imports and exports. */
export function functionsOf(types: ComponentTypes | undefined): FindFunction {
  const functions = new Map<string, WitFunction>();
  const interfaces = [...(types?.imports ?? []), ...(types?.exports ?? []), ...wireInterfaces];
  for (const { id, functions: own } of interfaces) {
    for (const func of own) functions.set(`${id}.${wireName(func.name)}`, func);
  }
  for (const func of types?.exportedFunctions ?? []) functions.set(wireName(func.name), func);
  return (operation) => functions.get(operation);
}

/** Subjects of calls: `{lattice}.{target}.wrpc.0.0.1.{instance}.{function}`, also of one place where the target runs. */
const callSubject = /^[^.]+\.([^.]+)(?:\.[^.]+)?\.wrpc\.\d+\.\d+\.\d+\.(.+)$/;

/**
 * A call that concerns the component: to it, or from it to what it is linked with; `undefined` for one of others.
 *
 * @param source who calls, as the headers say; absent where they don't
 */
export function observeCall(
  subject: string,
  payload: Uint8Array,
  {
    component,
    source,
    find,
  }: { readonly component: string; readonly source: string | undefined; readonly find: FindFunction },
): ObservedCall | undefined {
  const [, to, operation] = callSubject.exec(subject) ?? [];
  if (to === undefined || operation === undefined) return undefined;
  if (to !== component && source !== undefined && source !== component) return undefined;
  const from = source ?? (to === component ? 'linked component' : component);
  const func = find(operation);
  return {
    from,
    to,
    operation,
    ...(func === undefined ? { isPartial: payload.length > 0 } : read(func, payload)),
  };
}

function read(func: WitFunction, payload: Uint8Array): Pick<ObservedCall, 'params' | 'isPartial'> {
  const params: [string, JsonValue][] = [];
  for (const value of peekParams(func, payload)) {
    const param = func.params[params.length];
    if (param === undefined) break;
    try {
      params.push([param.name, valueToJson(param.type, value, param.name)]);
    } catch {
      // Handles, streams and futures have no form in JSON; what comes after them may have.
      params.push([param.name, null]);
    }
  }
  return { params: Object.fromEntries(params), isPartial: params.length < func.params.length };
}
