import { codeOfHandlerError, describeFailure, peerFailure } from '../call/describe-failure.js';
import { type EncodedValue, type FunctionCodec, functionCodec } from '../call/function-codec.js';
import type { ParamsProgress } from '../call/params-progress.js';
import { ReceiveScope } from '../call/receive-deferred.js';
import { sendDeferred } from '../call/send-deferred.js';
import { IncrementalDecoder } from '../codec/incremental.js';
import type { CodecLimits } from '../codec/limits.js';
import type { CallHeaders, Invocation } from '../invoke.js';
import { type CallNames, RpcError, type RpcErrorCode } from '../rpc-error.js';
import type { CallContext } from '../serve.js';
import type { WitType } from '../types.js';
import { keepFuture } from '../whole-future.js';
import { MemoryChannels } from './memory-channels.js';
import type { MemoryServed, MemoryServedCall } from './memory-lattice.js';

export interface MemoryCallOptions {
  readonly invocation: Invocation;
  readonly names: CallNames;
  readonly codec: FunctionCodec;
  readonly params: EncodedValue;
  readonly limits: CodecLimits;
}

/**
 * One call within the process. Values are encoded and decoded as on the wire: what one side does to an object later
 * is not seen by the other, and each side checks its own types.
 */
export class MemoryCall implements CallContext, MemoryServedCall {
  readonly headers: CallHeaders;
  /** Resolves with the result; rejects with an {@link RpcError}. */
  readonly result: Promise<unknown>;
  readonly done: Promise<void>;
  readonly #options: MemoryCallOptions;
  readonly #serverCodec: FunctionCodec;
  readonly #served: MemoryServed;
  readonly #paramsChannels: MemoryChannels;
  readonly #resultsChannels: MemoryChannels;
  readonly #settled: PromiseWithResolvers<unknown> = Promise.withResolvers();
  #controller: AbortController | undefined;
  #failed: { readonly error: unknown } | undefined;
  readonly #waits: Promise<unknown>[] = [];
  /** What takes back an answer that does not leave. */
  readonly #undoes: (() => void)[] = [];

  constructor(options: MemoryCallOptions, served: MemoryServed) {
    const { invocation, names, limits } = options;
    this.#options = options;
    this.#served = served;
    this.#serverCodec = functionCodec(served.served.func);
    this.headers = { ...invocation.headers };
    this.#paramsChannels = new MemoryChannels(names, 'params', limits);
    this.#resultsChannels = new MemoryChannels(names, 'results', limits);
    this.result = this.#settled.promise;
    served.calls.add(this);
    this.done = this.#run().finally(() => {
      served.calls.delete(this);
      this.#paramsChannels.cancel();
    });
  }

  /** Of its parameters. */
  get progress(): ParamsProgress {
    return this.#paramsChannels.progress;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#failed) this.#controller.abort(this.#failed.error);
    }
    return this.#controller.signal;
  }

  waitUntil(work: Promise<unknown>): void {
    this.#waits.push(work);
  }

  onUndelivered(undo: () => void): void {
    this.#undoes.push(undo);
  }

  abort(code: RpcErrorCode, detail: string): void {
    this.fail(new RpcError(code, this.#options.names, detail));
  }

  /** @param error what the caller gets */
  fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = { error };
    this.#controller?.abort(error);
    this.#paramsChannels.fail(error);
    this.#resultsChannels.fail(error);
    this.#settled.reject(error);
  }

  async #run(): Promise<void> {
    const { params, codec } = this.#options;
    const sendingParams = this.#send(params, this.#paramsChannels, 'a stream among the parameters failed');
    let handled: Promise<unknown> | undefined;
    let isDelivered = false;
    try {
      const values = this.#receive(this.#serverCodec.params, params, this.#paramsChannels, 'parameters');
      handled = this.#handle(values as unknown[]);
      const result = await Promise.race([handled, this.result.then(() => undefined)]);
      const encoded = this.#encodeResult(result);
      const [value] = this.#receive(codec.results, encoded, this.#resultsChannels, 'result') as unknown[];
      const { func, wholeFuture } = this.#options.invocation;
      this.#settled.resolve(keepFuture(func.result, value, wholeFuture));
      isDelivered = this.#failed === undefined;
      await this.#send(encoded, this.#resultsChannels, 'a stream of the result failed');
      await Promise.allSettled(this.#waits);
    } catch (error) {
      this.fail(error);
    }
    // Whenever the handler is done with it.
    if (!isDelivered) void handled?.catch(() => {}).then(() => this.#takeBack());
    this.#paramsChannels.cancel();
    await sendingParams;
  }

  async #handle(params: readonly unknown[]): Promise<unknown> {
    try {
      return await this.#served.served.handler(params, this);
    } catch (error) {
      throw this.#peerFailed(error);
    }
  }

  #encodeResult(result: unknown): EncodedValue {
    try {
      return this.#serverCodec.encodeResult(result);
    } catch (error) {
      throw this.#peerFailed(error);
    }
  }

  #peerFailed(cause: unknown): RpcError {
    const { text } = describeFailure(cause);
    return peerFailure({ code: codeOfHandlerError(cause), text }, this.#options.names, { cause });
  }

  #takeBack(): void {
    for (const undo of this.#undoes.splice(0)) undo();
  }

  #receive(type: WitType, { bytes }: EncodedValue, channels: MemoryChannels, what: string): unknown {
    const scope = new ReceiveScope(channels);
    try {
      const decoder = new IncrementalDecoder(type, this.#options.limits, scope);
      decoder.push(bytes);
      const { value } = decoder;
      scope.start();
      return value;
    } catch (cause) {
      const { text } = describeFailure(cause);
      throw new RpcError('bad-data', this.#options.names, `the ${what} can't be decoded: ${text}`, { cause });
    }
  }

  async #send({ deferred }: EncodedValue, channels: MemoryChannels, failure: string): Promise<void> {
    if (deferred.length === 0) return;
    try {
      await sendDeferred(deferred, (path) => channels.sink(path));
    } catch (error) {
      // A peer that stops reading early may still answer.
      if (error instanceof RpcError || channels === this.#resultsChannels) return;
      const { text } = describeFailure(error);
      this.fail(new RpcError('canceled', this.#options.names, `${failure}: ${text}`, { cause: error }));
    }
  }
}
