import type { FunctionCodec } from '../call/function-codec.js';
import { ReceiveScope } from '../call/receive-deferred.js';
import { IncrementalDecoder } from '../codec/incremental.js';
import type { CodecLimits } from '../codec/limits.js';
import { type BufferBudget, overheadBytes } from './buffer-budget.js';
import type { CallChannels } from './call-channels.js';

export interface ResultReaderOptions {
  readonly codec: FunctionCodec;
  readonly limits: CodecLimits;
  readonly budget: BufferBudget;
  /** Of the streams and futures in the result; `undefined` where there can be none. */
  readonly channels: CallChannels | undefined;
}

/** Puts the result of one call together from the messages that it comes in. */
export class ResultReader {
  readonly #budget: BufferBudget;
  readonly #scope: ReceiveScope | undefined;
  readonly #decoder: IncrementalDecoder;
  #heldBytes = 0;

  constructor({ codec, limits, budget, channels }: ResultReaderOptions) {
    this.#budget = budget;
    this.#scope = channels && new ReceiveScope(channels);
    this.#decoder = new IncrementalDecoder(codec.results, limits, this.#scope);
  }

  /** Without a result there is nothing to wait for. */
  get isWhole(): boolean {
    return this.#decoder.isComplete;
  }

  /**
   * What stays of a result is what a whole one would not have needed: it counts in the budget until the result is whole.
   *
   * @returns whether the result is whole
   * @throws CodecError for bytes that are no result
   */
  push(bytes: Uint8Array): boolean {
    const before = this.#decoder.heapBytes;
    if (this.#decoder.push(bytes)) return true;
    const held = bytes.length + overheadBytes + this.#decoder.heapBytes - before;
    this.#heldBytes += held;
    this.#budget.hold(held);
    return false;
  }

  /** The result once it is whole; its streams and futures go on. `undefined` for functions without one. */
  take(): unknown {
    const [result] = this.#decoder.value as unknown[];
    this.#scope?.start();
    return result;
  }

  /** Gives back what the budget counts. */
  release(): void {
    this.#budget.give(this.#heldBytes);
    this.#heldBytes = 0;
  }
}
