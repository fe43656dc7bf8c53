import { ResultError } from '../io/index.js';
import type { Incoming } from './blobstore-client.js';
import { describeFailedStream } from './incoming-source.js';

/** Names and whether these were the last. */
type Batch = [names: string[], atEnd: boolean];

/** Resource `wasi:blobstore/container.stream-object-names`. */
export class ObjectNames {
  readonly #incoming: Incoming<string[]>;
  readonly #iterator: AsyncIterator<string[]>;
  #waiting: readonly string[] = [];
  #ended = false;

  constructor(incoming: Incoming<string[]>) {
    this.#incoming = incoming;
    this.#iterator = incoming.stream[Symbol.asyncIterator]();
  }

  /** Waits for `length` names, or the last one. */
  async readStreamObjectNames(length: bigint): Promise<Batch> {
    const names: string[] = [];
    while (BigInt(names.length) < length) {
      if (this.#waiting.length === 0 && !(await this.#pull())) return [names, true];
      const missing = length - BigInt(names.length);
      const count = missing < BigInt(this.#waiting.length) ? Number(missing) : this.#waiting.length;
      names.push(...this.#waiting.slice(0, count));
      this.#waiting = this.#waiting.slice(count);
    }
    return [names, false];
  }

  async skipStreamObjectNames(count: bigint): Promise<[skipped: bigint, atEnd: boolean]> {
    const [names, atEnd] = await this.readStreamObjectNames(count);
    return [BigInt(names.length), atEnd];
  }

  [Symbol.dispose](): void {
    if (!this.#ended) this.#iterator.return?.().catch(() => {});
  }

  /** Whether there are more names; the list is complete only when its status says so. */
  async #pull(): Promise<boolean> {
    if (this.#ended) return false;
    let step: IteratorResult<string[]>;
    try {
      step = await this.#iterator.next();
    } catch (cause) {
      throw new ResultError(describeFailedStream(cause));
    }
    if (!step.done) {
      this.#waiting = step.value;
      return true;
    }
    this.#ended = true;
    const status = await this.#incoming.status;
    if (status.tag === 'err') throw new ResultError(status.val);
    return false;
  }
}
