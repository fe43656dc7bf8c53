import type { WitType } from '@wasmlattice/rpc';
import { ChunkedStream } from '../../../chunked-stream.js';
import type { AbiInstance } from '../abi-instance.js';
import { AbiTrap } from '../abi-trap.js';
import type { Chunk } from './buffers.js';
import { type CopyResult, copyResults } from './events.js';
import { HostSource } from './host-buffer.js';
import { SharedStream } from './shared-stream.js';

/** Stands for the host among those that write. */
export const hostWriter: object = {};

/**
 * Writes what the host gives, an async iterable of chunks, to a stream that a guest reads. The next chunk is asked for when the guest has taken the one
 * before, and the iterator's `return` is called when the guest drops its end.
 */
class HostStream {
  readonly #instance: AbiInstance;
  readonly #invocation: number;
  readonly #shared: SharedStream;
  readonly #iterator: AsyncIterator<unknown>;

  constructor(instance: AbiInstance, shared: SharedStream, iterator: AsyncIterator<unknown>) {
    this.#instance = instance;
    this.#invocation = instance.invocation;
    this.#shared = shared;
    this.#iterator = iterator;
    this.#offer(new HostSource([]));
  }

  /** Offers a chunk, and the next one once it is taken. An empty one is taken when the guest begins to read. */
  #offer(source: HostSource): void {
    this.#shared.write({
      party: hostWriter,
      buffer: source,
      onCopied: (reclaim) => {
        if (source.progress < source.length) return;
        reclaim();
        this.#pull();
      },
      onDone: (result) => this.#over(source, result),
    });
  }

  /** A reader may have had room for a part only. */
  #over(source: HostSource, result: CopyResult): void {
    if (result !== copyResults.completed) this.#stop();
    else if (source.progress < source.length) this.#offer(source);
    else this.#pull();
  }

  #pull(): void {
    const { tasks } = this.#instance;
    const over = tasks.hostWork();
    const next = (result: IteratorResult<unknown>): void => {
      this.#inside(over, () => {
        if (result.done === true) this.#shared.drop();
        else if (this.#shared.isDropped) this.#stop();
        else this.#offer(new HostSource(this.#chunk(result.value)));
      });
    };
    const failed = (error: unknown): void => {
      this.#inside(over, () => {
        if (!this.#shared.isDropped) throw error;
      });
    };
    Promise.resolve(this.#iterator.next()).then(next, failed);
  }

  /** Elements are lowered to where the guest waits for them, which may call its realloc: nobody else is to be inside. */
  #inside(over: () => void, action: () => void): void {
    const instance = this.#instance;
    if (instance.invocation !== this.#invocation || instance.failure !== undefined) {
      over();
      this.#stop();
      return;
    }
    instance.calls.post(() => {
      try {
        action();
      } catch (error) {
        instance.fail(error);
        this.#stop();
      }
    });
    over();
  }

  #chunk(value: unknown): Chunk {
    const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
    if (!isList) throw new AbiTrap(`expected a chunk of a stream, a list, got ${typeof value}`);
    return value as Chunk;
  }

  #stop(): void {
    void Promise.resolve(this.#iterator.return?.()).catch(() => {});
  }
}

/** @throws AbiTrap for a value that is no async iterable */
export function streamFromHost(
  instance: AbiInstance,
  element: WitType | undefined,
  value: unknown,
  label: string,
): SharedStream {
  const shared = new SharedStream(element);
  const given = value instanceof ChunkedStream ? value.chunks() : value;
  const source = given as Partial<AsyncIterable<unknown>> | undefined | null;
  const iterate = source?.[Symbol.asyncIterator];
  if (typeof iterate !== 'function') {
    throw new AbiTrap(`${label}: expected a stream, an AsyncIterable of chunks, got ${typeof value}`);
  }
  new HostStream(instance, shared, iterate.call(source));
  return shared;
}
