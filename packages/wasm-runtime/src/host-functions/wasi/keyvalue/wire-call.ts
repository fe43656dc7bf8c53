import type { Result, TypedInterface, WitFunction } from '@wasmlattice/rpc';
import type { KeyvalueError } from '@wasmlattice/rpc/interfaces';
import { describeCause } from '../../../errors.js';
import type { InstanceContext } from '../../host-interface.js';
import { ResultError } from '../io/index.js';

/** What a bucket needs of its instance. */
export type KeyvalueContext = Pick<InstanceContext, 'links' | 'signal'>;

/** Calls one function of a `wrpc:keyvalue` interface through the link for its `wasi:keyvalue` counterpart. */
export type WireCall = (context: KeyvalueContext, func: string, ...params: unknown[]) => Promise<unknown>;

/**
 * @param linkKey component-facing interface: `wasi:keyvalue/store`
 * @returns a call that resolves with the `ok` value. It throws the WIT error for the guest, also when the call itself
 *   failed: upstream traps the guest then, so that a missing link takes the whole request down
 *   (docs/spec/wrpc-interfaces.md#4, docs/spec/wrpc-interfaces.md#10). Only the end of the invocation traps.
 */
export function wireCall<M>(wire: TypedInterface<M>, linkKey: string): WireCall {
  const functions = new Map(wire.functions.map((func) => [func.name, func]));
  return async ({ links, signal }, name, ...params) => {
    const func = functions.get(name) as WitFunction;
    let result: Result<unknown, KeyvalueError>;
    try {
      const invocation = { instance: wire.id, func, params, signal };
      result = (await links.invoke(linkKey, invocation)) as Result<unknown, KeyvalueError>;
    } catch (error) {
      if (signal.aborted) throw error;
      throw other(`${linkKey} ${name}: ${describeCause(error)}`);
    }
    if (result.tag === 'err') throw new ResultError(result.val);
    return result.val;
  };
}

function other(message: string): ResultError<KeyvalueError> {
  return new ResultError({ tag: 'other', val: message });
}
