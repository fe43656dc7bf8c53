import type { BytesTaker, PipeEnd, PulledBytes } from '../../../pulled-bytes.js';
import type { AbiInstance } from '../abi-instance.js';
import type { Chunk } from './buffers.js';
import { ChunkMemory } from './chunk-memory.js';
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

  get isComplete(): boolean {
    return this.shared.isDropped;
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

/** A copy that is over at once has nothing to tell. */
const noop = (): void => {};

/** As many bytes a guest may be ahead of a host that waits for some. */
const mostAhead = 64 * 1024;

/**
 * A `stream<u8>` of a guest, whose bytes may be had without a promise as well. While the host waits, and until it has what came, the guest's writes
 * are over at once.
 */
export class GuestByteStream extends GuestStream implements PulledBytes {
  /** The first chunk that came and was not taken, and those after it, of which there are few. */
  #first: Uint8Array | undefined;
  #others: Uint8Array[] = [];
  #aheadBytes = 0;
  #isReading = false;
  readonly #memory = new ChunkMemory();
  /** The copies of this stream, one of each kind at a time: that of bytes which are there, and that of those to come. */
  readonly #now = {
    party: hostReader,
    buffer: new HostTarget(0, this.#memory),
    onCopied: noop,
    onDone: noop,
  };
  readonly #next = {
    party: hostReader,
    buffer: new HostTarget(0, this.#memory),
    onCopied: (reclaim: () => void): void => {
      reclaim();
      this.#cameAhead(copyResults.completed);
    },
    onDone: (result: CopyResult): void => this.#cameAhead(result),
  };
  #isToPoke = false;
  readonly #poke = (): void => {
    this.#isToPoke = false;
    this.instance.calls.poke();
  };
  #wait: PromiseWithResolvers<void> | undefined;
  /** Takes what came, before the guest goes on. */
  #onAhead: (() => void) | undefined;

  isReady(): boolean {
    return this.#aheadBytes > 0 || this.isDone || this.shared.offered > 0;
  }

  /** @throws what ended the guest */
  read(max: number): Uint8Array | undefined {
    if (this.#first !== undefined) return this.#takeAhead(this.#first, max);
    if (this.failure !== undefined) throw this.failure.error;
    if (this.isDone) return undefined;
    if (this.shared.offered === 0) return noBytes;
    const { buffer } = this.#now;
    buffer.reset(max);
    this.shared.read(this.#now);
    // Whoever asked is done with the bytes before the guest goes on.
    if (!this.#isToPoke) {
      this.#isToPoke = true;
      queueMicrotask(this.#poke);
    }
    return buffer.chunk as Uint8Array;
  }

  ready(): Promise<void> {
    if (this.isReady()) return Promise.resolve();
    this.#wait ??= Promise.withResolvers<void>();
    const { promise } = this.#wait;
    this.#readAhead();
    this.instance.calls.poke();
    return promise;
  }

  cancel(): void {
    this.drop();
  }

  pipeTo(sink: BytesTaker): Promise<PipeEnd> {
    return new Promise((resolve, reject) => {
      const move = (): void => {
        try {
          const end = this.#moveTo(sink, move, moveAndPoke);
          if (end !== undefined) resolve(end);
        } catch (error) {
          reject(error);
        }
      };
      // What the guest waits for may be that somebody takes its bytes.
      const moveAndPoke = (): void => {
        move();
        this.instance.calls.poke();
      };
      queueMicrotask(moveAndPoke);
    });
  }

  override async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const bytes = this.read(mostAhead);
      if (bytes === undefined) return { done: true, value: undefined };
      if (bytes.length > 0) return { done: false, value: bytes };
      await this.ready();
    }
  }

  override drop(): void {
    this.#first = undefined;
    this.#others = [];
    this.#aheadBytes = 0;
    super.drop();
    this.#wake();
  }

  override takeBack(instance: AbiInstance): SharedStream | undefined {
    return this.#aheadBytes > 0 ? undefined : super.takeBack(instance);
  }

  override abandon(error: unknown): void {
    super.abandon(error);
    this.#wake();
  }

  /**
   * Moves what is there. Unless it returns how that ended, it has one of the functions called when there is more: by the guest that writes, or once there
   * is room.
   */
  #moveTo(sink: BytesTaker, onBytes: () => void, onRoom: () => void): PipeEnd | undefined {
    for (;;) {
      const room = sink.capacity();
      if (room === undefined) {
        this.cancel();
        return { kind: 'refused' };
      }
      if (room === 0) {
        void sink.ready().then(onRoom);
        return undefined;
      }
      if (this.failure !== undefined && this.#aheadBytes === 0) {
        return { kind: 'failed', cause: this.failure.error };
      }
      const bytes = this.read(room);
      if (bytes === undefined) return { kind: 'complete' };
      if (bytes.length === 0) {
        this.#onAhead = onBytes;
        this.#readAhead();
        return undefined;
      }
      sink.write(bytes);
    }
  }

  #takeAhead(first: Uint8Array, max: number): Uint8Array {
    if (first.length <= max) {
      this.#first = this.#others.length === 0 ? undefined : this.#others.shift();
      this.#aheadBytes -= first.length;
      return first;
    }
    this.#first = first.subarray(max);
    this.#aheadBytes -= max;
    return first.subarray(0, max);
  }

  #readAhead(): void {
    if (this.#isReading || this.isDone || this.#aheadBytes >= mostAhead) return;
    this.#isReading = true;
    this.#next.buffer.reset(mostAhead - this.#aheadBytes);
    this.shared.read(this.#next);
  }

  #cameAhead(result: CopyResult): void {
    this.#isReading = false;
    const bytes = this.#next.buffer.chunk as Uint8Array | undefined;
    if (bytes !== undefined && bytes.length > 0) {
      if (this.#first === undefined) this.#first = bytes;
      else this.#others.push(bytes);
      this.#aheadBytes += bytes.length;
    }
    if (result === copyResults.dropped && !this.isDone) this.end();
    this.#wake();
    this.#readAhead();
  }

  #wake(): void {
    const wait = this.#wait;
    const onAhead = this.#onAhead;
    this.#wait = undefined;
    this.#onAhead = undefined;
    wait?.resolve();
    onAhead?.();
  }
}
