import type { WitFunction } from '@wasmlattice/rpc';
import type { AbiPart } from '../abi-part.js';
import { withArity } from '../core-arity.js';
import type { CanonOptions, CoreFunction } from '../core-types.js';
import { compileHostCall } from '../host-call.js';
import { type CoreType, maxFlatAsyncParams } from '../layout.js';
import { LiftLowerContext } from '../lift-lower-context.js';
import { type CoreSignature, compileSignatures, loweredSignature, type Signature } from '../signature.js';
import { suspendingImport } from '../suspending-import.js';
import { AsyncHostFunction } from './async-host-function.js';
import { LoweredResult } from './lowered-result.js';

/** `canon lower` of an asynchronous function of the host, in both of its forms, the same for all instances of a component. */
export interface AsyncLowerPlan {
  /** @param part the one that calls */
  bind(part: AbiPart, options: CanonOptions): CoreFunction;
}

/**
 * @param importId verbatim id of the interface, `''` for a world-level function
 */
export function compileAsyncLower(func: WitFunction, importId: string): AsyncLowerPlan {
  const blocking = compileSignatures(func);
  const concurrent = compileSignatures(func, maxFlatAsyncParams);
  const hostFunction = importId === '' ? func.name : `${importId} ${func.name}`;
  const label = `import ${hostFunction}`;
  return {
    bind(part, options) {
      const isAsync = options.async === true;
      const signature = (isAsync ? concurrent : blocking)(options.memory?.pointer ?? 'i32');
      const cx = new LiftLowerContext(part, label, options, signature.tracksLends);
      const call = compileHostCall(cx, signature, func.name, importId);
      const result = new LoweredResult(cx, signature, isAsync);
      const lowered = new AsyncHostFunction({
        cx,
        call,
        result,
        hostFunction,
        isFuture: func.result?.kind === 'future',
      });
      if (isAsync) {
        const { params } = concurrentSignature(signature);
        return withArity(params.length, cx.flat, () => lowered.begin());
      }
      return suspendingImport(loweredSignature(signature), cx.flat, () => lowered.callAndWait());
    },
  };
}

/** Of the core function that a guest imports with the option `async`. */
export function concurrentSignature({ coreParams, result, pointer }: Signature): CoreSignature {
  const params: CoreType[] = result === undefined ? [...coreParams] : [...coreParams, pointer];
  return { params, result: 'i32' };
}
