import type { PulledBytes } from '../../../pulled-bytes.js';
import type { AbiInstance } from '../abi-instance.js';
import type { Chunk } from './buffers.js';
import { type CopyResult, copyResults } from './events.js';
import { HostTarget, hostRoom } from './host-buffer.js';
import type { HostEnd } from './instance-tasks.js';
import type { SharedStream } from './shared-stream.js';

/**
 * The readable end of a stream in the hands of the host: an async iterable of chunks, which are typed arrays for numbers and arrays for the rest. The guest
 * goes on writing when a chunk is asked for. Whoever does not read to the end calls `return`, or leaves a `for await` loop.
 */
export class GuestStream implements AsyncIterableIterator<Chunk>, HostEnd {
  protected readonly instance: AbiInstance;
  protected readonly shared: SharedStream;
  readonly #room: number;
  protected isDone = false;
  protected failure: { readonly error: unknown } | undefined;
  #reject: ((error: unknown) => void) | undefined;
  /** The read under way. */
  #last: Promise<void> | undefined;

  constructor(instance: AbiInstance, shared: SharedStream) {
    this.instance = instance;
    this.shared = shared;
    this.#room = hostRoom(shared.element);
    instance.tasks.hold(this);
  }

  get isOffered(): boolean {
    return !this.isDone && this.shared.pendingSide === 'write';
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Chunk, undefined>> {
    // One after the other: a stream has one reader.
    const next = this.#last === undefined ? this.#next() : this.#last.then(() => this.#next());
    const last: Promise<void> = next.then(
      () => this.#over(last),
      () => this.#over(last),
    );
    this.#last = last;
    return next;
  }

  async return(): Promise<IteratorResult<Chunk, undefined>> {
    this.drop();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
  }

  /** Reads no more: the guest that writes is told. */
  drop(): void {
    if (this.isDone) return;
    this.isDone = true;
    this.shared.drop();
    this.instance.tasks.letGo(this);
  }

  /** Gives the end back to a guest, as long as nothing was read. @returns `undefined` when it is not to be had */
  takeBack(instance: AbiInstance): SharedStream | undefined {
    if (this.isDone || this.instance !== instance || this.shared.pendingSide === 'read') return undefined;
    this.isDone = true;
    instance.tasks.letGo(this);
    return this.shared;
  }

  abandon(error: unknown): void {
    if (this.isDone) return;
    this.isDone = true;
    this.failure = { error };
    this.shared.drop();
    this.#reject?.(error);
  }

  async #next(): Promise<IteratorResult<Chunk, undefined>> {
    for (;;) {
      const chunk = await this.#read();
      if (chunk === undefined) return { done: true, value: undefined };
      if (chunk.length > 0) return { done: false, value: chunk };
    }
  }

  #over(read: Promise<void>): void {
    if (this.#last === read) this.#last = undefined;
  }

  /** A chunk, or nothing at the end. */
  #read(): Promise<Chunk | undefined> {
    if (this.failure !== undefined) return Promise.reject(this.failure.error);
    if (this.isDone) return Promise.resolve(undefined);
    const target = new HostTarget(this.#room);
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      const settle = (result: CopyResult): void => {
        this.#reject = undefined;
        if (result === copyResults.dropped && !this.isDone) this.end();
        resolve(target.chunk ?? (result === copyResults.dropped ? undefined : []));
      };
      try {
        this.shared.read({
          party: hostReader,
          buffer: target,
          onCopied: (reclaim) => {
            reclaim();
            settle(copyResults.completed);
          },
          onDone: settle,
        });
      } catch (error) {
        // The guest offered what it may not, which ends it.
        reject(this.instance.fail(error));
      }
      this.instance.calls.poke();
    });
  }

  protected end(): void {
    this.isDone = true;
    this.instance.tasks.letGo(this);
  }
}

/** Stands for the host among those that read. */
export const hostReader: object = {};

const noBytes = new Uint8Array(0);

/** A `stream<u8>` of a guest, whose bytes may be had without a promise as well. */
export class GuestByteStream extends GuestStream implements PulledBytes {
  #offer: PromiseWithResolvers<void> | undefined;

  /** Whether there are bytes, or will be none. */
  isReady(): boolean {
    return this.isDone || this.shared.offered > 0;
  }

  /** @throws what ended the guest */
  read(max: number): Uint8Array | undefined {
    if (this.failure !== undefined) throw this.failure.error;
    if (this.isDone) return undefined;
    if (this.shared.offered === 0) return noBytes;
    const target = new HostTarget(max);
    this.shared.read({ party: hostReader, buffer: target, onCopied() {}, onDone() {} });
    // Whoever asked is done with the bytes before the guest goes on.
    queueMicrotask(() => this.instance.calls.poke());
    return target.chunk as Uint8Array;
  }

  ready(): Promise<void> {
    if (this.isReady()) return Promise.resolve();
    return this.#offer?.promise ?? this.#untilOffered();
  }

  cancel(): void {
    this.drop();
  }

  /** A read of nothing is over when the guest has something to write, which may be at once when it goes on. */
  #untilOffered(): Promise<void> {
    const offer = Promise.withResolvers<void>();
    this.#offer = offer;
    this.shared.read({
      party: hostReader,
      buffer: new HostTarget(0),
      onCopied() {},
      onDone: (result) => {
        this.#offer = undefined;
        if (result === copyResults.dropped && !this.isDone) this.end();
        offer.resolve();
      },
    });
    this.instance.calls.poke();
    return offer.promise;
  }
}
