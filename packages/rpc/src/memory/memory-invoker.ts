import { describeFailure, memberIsGone } from '../call/describe-failure.js';
import { functionCodec } from '../call/function-codec.js';
import { describeSilence } from '../call/params-progress.js';
import { CodecError } from '../codec/codec-error.js';
import { type CodecLimits, defaultCodecLimits } from '../codec/limits.js';
import { type Invocation, type Invoker, linkNameOf } from '../invoke.js';
import { type CallNames, RpcError } from '../rpc-error.js';
import { MemoryCall } from './memory-call.js';
import type { MemoryLattice } from './memory-lattice.js';

export interface MemoryInvokerOptions {
  readonly lattice: MemoryLattice;
  /** {@link Invocation.timeoutMs} of calls that name none. Default 10,000, as over NATS. */
  readonly timeoutMs?: number;
  readonly limits?: Partial<CodecLimits>;
  /** Takes the calls that nobody in this process serves; without it they fail. */
  readonly elsewhere?: Invoker;
}

/** Calls functions served in the same process, with the semantics of a call over NATS. */
export function createMemoryInvoker(options: MemoryInvokerOptions): Invoker {
  const limits = { ...defaultCodecLimits, ...options.limits };
  const invoke = async (invocation: Invocation): Promise<unknown> => {
    const { func, signal } = invocation;
    signal?.throwIfAborted();
    const timeoutMs = invocation.timeoutMs ?? options.timeoutMs ?? 10_000;
    const { codec, names, params } = prepare(invocation);
    const first = options.lattice.next(names);
    const to = first?.served.forward?.({ params: params.bytes, headers: invocation.headers ?? {} });
    const owner = to && options.lattice.next({ ...names, target: to.target });
    const isElsewhere = (to === undefined ? first : owner) === undefined;
    if (isElsewhere && options.elsewhere !== undefined) return await options.elsewhere.invoke(invocation);
    if (to?.isOptional === false && owner === undefined) {
      throw new RpcError('terminated', names, memberIsGone);
    }
    const served = owner ?? first;
    if (!served) {
      throw new RpcError(
        'not-found',
        names,
        'nobody is listening; check that the target is running and serves this interface',
      );
    }
    const call = new MemoryCall({ invocation, names, codec, params, limits }, served);
    const onAbort = (): void => call.fail(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    const onTime = (): void => {
      const { progress } = call;
      const left = progress.movedAt + timeoutMs - performance.now();
      if (left > 0) timer = setTimeout(onTime, Math.ceil(left));
      else call.abort('timeout', describeSilence(progress, func, timeoutMs));
    };
    let timer = setTimeout(onTime, timeoutMs);
    try {
      return await call.result;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  };
  return { invoke };
}

function prepare(invocation: Invocation): {
  readonly codec: ReturnType<typeof functionCodec>;
  readonly names: CallNames;
  readonly params: ReturnType<ReturnType<typeof functionCodec>['encodeParams']>;
} {
  const { target, instance, func, params } = invocation;
  const names = { target, instance, func: func.name, linkName: linkNameOf(invocation) };
  try {
    const codec = functionCodec(func);
    names.func = codec.wireName;
    if (params.length !== func.params.length) {
      throw new CodecError('bad-value', `takes ${func.params.length} parameters, got ${params.length}`);
    }
    return { codec, names, params: codec.encodeParams(params) };
  } catch (error) {
    throw new RpcError('invalid-params', names, describeFailure(error).text, { cause: error });
  }
}
