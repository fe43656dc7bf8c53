import type { WitType } from '@wasmlattice/rpc';
import { ChunkedStream } from '../../../chunked-stream.js';
import { isPulledBytes, type PulledBytes } from '../../../pulled-bytes.js';
import type { AbiInstance } from '../abi-instance.js';
import { AbiTrap } from '../abi-trap.js';
import type { Chunk } from './buffers.js';
import { type CopyResult, copyResults } from './events.js';
import { HostSource } from './host-buffer.js';
import { SharedStream, type StreamCopy } from './shared-stream.js';

/** Stands for the host among those that write. */
export const hostWriter: object = {};

/** Is taken as soon as a guest reads. */
const nothing = new HostSource([]);

/** Where the chunks of a stream of the host come from. */
interface Chunks {
  /** The next one, an empty one if it is not there yet, or nothing at the end. */
  next(): MaybePromise<Chunk | undefined>;
  /** Nobody wants more of them. */
  stop(): void;
}

type MaybePromise<T> = T | Promise<T>;

/** Writes what the host gives to a stream that a guest reads. A chunk is asked for when the guest begins to read. */
class HostStream implements StreamCopy<HostSource> {
  readonly party: object = hostWriter;
  /** What it offers: one chunk at a time. */
  buffer: HostSource = nothing;
  readonly #instance: AbiInstance;
  readonly #invocation: number;
  readonly #shared: SharedStream;
  readonly #chunks: Chunks;
  /** Nothing more is asked of the chunks. */
  #isOver = false;

  constructor(instance: AbiInstance, shared: SharedStream, chunks: Chunks) {
    this.#instance = instance;
    this.#invocation = instance.invocation;
    this.#shared = shared;
    this.#chunks = chunks;
    shared.onDropped = () => this.#stop();
    this.#offer(nothing);
  }

  /** The stream goes where it came from. */
  takeBack(): void {
    this.#end();
  }

  onCopied(reclaim: () => void): void {
    const { buffer } = this;
    if (buffer.progress < buffer.length) return;
    reclaim();
    this.#offer(nothing);
  }

  /** A reader may have had room for a part only. */
  onDone(result: CopyResult): void {
    if (result !== copyResults.completed) return;
    const { buffer } = this;
    if (buffer.progress < buffer.length) this.#offer(buffer);
    else if (buffer.length > 0) this.#offer(nothing);
    else this.#pull();
  }

  /** Offers a chunk, and the next one once it is taken. An empty one is taken when the guest begins to read. */
  #offer(source: HostSource): void {
    this.buffer = source;
    this.#shared.write(this);
  }

  #pull(): void {
    const next = this.#chunks.next();
    if (next instanceof Promise) this.#await(next);
    else this.#give(next);
  }

  #await(chunk: Promise<Chunk | undefined>): void {
    const over = this.#instance.tasks.hostWork();
    chunk.then(
      (next) => this.#inside(over, () => this.#give(next)),
      (error: unknown) =>
        this.#inside(over, () => {
          if (!this.#isOver) throw error;
        }),
    );
  }

  #give(chunk: Chunk | undefined): void {
    if (this.#isOver) return;
    if (chunk === undefined) this.#end();
    else if (chunk.length === 0) this.#pull();
    else this.#offer(new HostSource(chunk));
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

  #end(): void {
    this.#isOver = true;
    this.#shared.drop();
  }

  #stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#chunks.stop();
  }
}

class IteratedChunks implements Chunks {
  readonly #iterator: AsyncIterator<unknown>;

  constructor(iterator: AsyncIterator<unknown>) {
    this.#iterator = iterator;
  }

  async next(): Promise<Chunk | undefined> {
    const { done, value } = await this.#iterator.next();
    if (done === true) return undefined;
    const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
    if (!isList) throw new AbiTrap(`expected a chunk of a stream, a list, got ${typeof value}`);
    return value as Chunk;
  }

  stop(): void {
    void Promise.resolve(this.#iterator.return?.()).catch(() => {});
  }
}

/** Most bytes asked of a source at once. */
const bytesAtOnce = 64 * 1024;

const noBytes = new Uint8Array(0);

/** Of bytes that are there already no promise is made. */
class PulledChunks implements Chunks {
  readonly #source: PulledBytes;

  constructor(source: PulledBytes) {
    this.#source = source;
  }

  next(): MaybePromise<Chunk | undefined> {
    try {
      const bytes = this.#source.read(bytesAtOnce);
      return bytes?.length === 0 ? this.#source.ready().then(() => noBytes) : bytes;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  stop(): void {
    this.#source.cancel();
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
  const chunks = isPulledBytes(value) ? new PulledChunks(value) : new IteratedChunks(iterate.call(source));
  const stream = new HostStream(instance, shared, chunks);
  shared.takeOrigin = () => {
    stream.takeBack();
    return value;
  };
  return shared;
}
