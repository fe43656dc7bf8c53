import { setImmediate as nextTurn } from 'node:timers/promises';
import { CodecError } from '../codec/codec-error.js';
import { checkCount } from '../codec/decode.js';
import type { DecodeScope, FutureType, IndexPath, StreamType } from '../codec/deferred.js';
import { FeedReader, type StepDecoder, stepDecoderOf, u32Steps } from '../codec/incremental.js';
import type { CodecLimits } from '../codec/limits.js';
import { type TypeShape, typeShape, unitShape } from '../codec/type-shape.js';
import type { WitType } from '../types.js';
import type { ByteSource } from './byte-channel.js';

/** What streams and futures need from the call they belong to. */
export interface DeferredReceiver {
  readonly limits: CodecLimits;
  /**
   * The channel of a path; opened once for each.
   * @param isNested whether its value may refer to further channels, which then come into being as it is read
   */
  open(path: IndexPath, isNested: boolean): ByteSource;
  /** The error for a channel that ended or broke before its value did. */
  failure(path: IndexPath, cause: unknown): unknown;
}

/** Elements handed out at once: a chunk of any length must not be held whole. */
const maxChunkElements = 1024;

/** Values read before the event loop gets a turn, about a millisecond: what is here already is read without one. */
const valuesPerTurn = 1024;

/**
 * Gives a decoder the streams and futures of one call. Nothing is read before {@link ReceiveScope.start}: decoding
 * may be tried twice.
 */
export class ReceiveScope implements DecodeScope {
  readonly #receiver: DeferredReceiver;
  readonly #path: IndexPath;
  /**
   * The channel this value itself came on: a stream or future at the same path continues there
   * (docs/spec/wrpc.md#6.3).
   */
  readonly #own: ChannelReader | undefined;
  readonly #starts: Map<string, () => void>;

  constructor(
    receiver: DeferredReceiver,
    path: IndexPath = [],
    own?: ChannelReader,
    starts: Map<string, () => void> = new Map(),
  ) {
    this.#receiver = receiver;
    this.#path = path;
    this.#own = own;
    this.#starts = starts;
  }

  child(index: number): ReceiveScope {
    return new ReceiveScope(this.#receiver, [...this.#path, index], undefined, this.#starts);
  }

  stream(type: StreamType): AsyncIterable<unknown> {
    const channel = this.#channel(type.element);
    const stream = new ReceivedStream(this.#receiver, this.#path, channel, type);
    // Opening now keeps what arrives before the reader asks.
    this.#starts.set(this.#path.join('.'), () => channel.open());
    return stream;
  }

  future(type: FutureType): Promise<unknown> {
    const channel = this.#channel(type.value);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    // Nobody may ever look at it; a failure must not count as unhandled.
    promise.catch(() => {});
    this.#starts.set(this.#path.join('.'), () => {
      readFuture(this.#receiver, this.#path, channel, type).then(resolve, reject);
    });
    return promise;
  }

  /** The value that holds them is complete. */
  start(): void {
    for (const begin of this.#starts.values()) begin();
    this.#starts.clear();
  }

  /** Whether the value's own channel goes on with a stream or future. */
  get isContinued(): boolean {
    return this.#starts.has(this.#path.join('.'));
  }

  #channel(content: WitType | undefined): ChannelReader {
    const isNested = content !== undefined && typeShape(content).hasDeferred;
    return this.#own ?? new ChannelReader(this.#receiver, this.#path, isNested);
  }
}

/** Reads values one after the other from a channel. */
class ChannelReader {
  readonly #receiver: DeferredReceiver;
  readonly #path: IndexPath;
  readonly #isNested: boolean;
  readonly #reader: FeedReader;
  #source: ByteSource | undefined;
  #valuesInTurn = 0;

  constructor(receiver: DeferredReceiver, path: IndexPath, isNested: boolean) {
    this.#receiver = receiver;
    this.#path = path;
    this.#isNested = isNested;
    this.#reader = new FeedReader(receiver.limits);
  }

  open(): ByteSource {
    this.#source ??= this.#receiver.open(this.#path, this.#isNested);
    return this.#source;
  }

  get available(): number {
    return this.#reader.available;
  }

  /** The value is boxed: it may be a promise of its own, which must not be waited for here. */
  async value<T>(steps: (reader: FeedReader) => Generator<void, T, void>): Promise<{ readonly value: T }> {
    if (++this.#valuesInTurn > valuesPerTurn) {
      this.#valuesInTurn = 0;
      await nextTurn();
    }
    this.#reader.begin();
    const decoding = steps(this.#reader);
    for (;;) {
      const step = decoding.next();
      if (step.done) return { value: step.value };
      await this.#fill();
    }
  }

  /** Up to `max` bytes, at least one. */
  async bytes(max: number): Promise<Uint8Array> {
    this.#reader.begin();
    if (this.#reader.available === 0) await this.#fill();
    return this.#reader.take(max);
  }

  async #fill(): Promise<void> {
    const bytes = await this.open().read();
    if (!bytes) throw new CodecError('truncated', 'the channel ended before its value did');
    this.#reader.feed(bytes);
  }
}

async function readFuture(
  receiver: DeferredReceiver,
  path: IndexPath,
  channel: ChannelReader,
  type: FutureType,
): Promise<unknown> {
  const scope = new ReceiveScope(receiver, path, channel);
  try {
    const steps = type.value && stepDecoderOf(type.value);
    // A future without payload is resolved by its channel's end, any other by its value.
    const { value } = steps ? await channel.value((reader) => steps(reader, scope)) : await untilEnd(channel);
    const { isContinued } = scope;
    scope.start();
    if (!isContinued) channel.open().finish();
    return value;
  } catch (error) {
    channel.open().cancel();
    throw receiver.failure(path, error);
  }
}

async function untilEnd(channel: ChannelReader): Promise<{ readonly value: undefined }> {
  while (await channel.open().read()) {
    // Bytes without meaning.
  }
  return { value: undefined };
}

/** An element without type takes no bytes. */
// biome-ignore lint/correctness/useYield: nothing to wait for.
const unitSteps: StepDecoder = function* () {
  return undefined;
};

/** Refuses what costs its sender nothing and its reader much: elements without bytes are bounded as in a list. */
function* chunkLength(reader: FeedReader, shape: TypeShape): Generator<void, number, void> {
  const length = yield* u32Steps(reader);
  if (shape.minBytes === 0) checkCount(reader, length, shape);
  return length;
}

/** A stream being received. It can be iterated once; leaving the loop early tells the sender to stop. */
class ReceivedStream implements AsyncIterable<unknown> {
  readonly #receiver: DeferredReceiver;
  readonly #path: IndexPath;
  readonly #channel: ChannelReader;
  readonly #element: WitType | undefined;
  #isTaken = false;
  /** The reader left: what a wait for the next chunk comes to is of no interest. */
  #isLeft = false;

  constructor(receiver: DeferredReceiver, path: IndexPath, channel: ChannelReader, type: StreamType) {
    this.#receiver = receiver;
    this.#path = path;
    this.#channel = channel;
    this.#element = type.element;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    if (this.#isTaken) throw new TypeError('a stream can be iterated only once');
    this.#isTaken = true;
    const chunks = this.#guarded(this.#element?.kind === 'u8' ? this.#byteChunks() : this.#elementChunks());
    return {
      next: () => chunks.next(),
      // A generator would finish the wait for its next chunk first, which may never come.
      return: () => {
        this.#isLeft = true;
        this.#channel.open().cancel();
        return chunks.return(undefined);
      },
    };
  }

  async *#guarded(chunks: AsyncIterable<unknown>): AsyncGenerator<unknown> {
    try {
      yield* chunks;
      this.#channel.open().finish();
    } catch (error) {
      if (!this.#isLeft) throw this.#receiver.failure(this.#path, error);
    } finally {
      this.#channel.open().cancel();
    }
  }

  async *#byteChunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      let { value: left } = await this.#channel.value(u32Steps);
      if (left === 0) return;
      while (left > 0) {
        const bytes = await this.#channel.bytes(left);
        left -= bytes.length;
        yield bytes;
      }
    }
  }

  async *#elementChunks(): AsyncGenerator<unknown[]> {
    const steps: StepDecoder = this.#element ? stepDecoderOf(this.#element) : unitSteps;
    const shape = this.#element ? typeShape(this.#element) : unitShape;
    let index = 0;
    for (;;) {
      let { value: left } = await this.#channel.value((reader) => chunkLength(reader, shape));
      if (left === 0) return;
      while (left > 0) {
        const chunk: unknown[] = [];
        do {
          const scope = new ReceiveScope(this.#receiver, [...this.#path, index]);
          const { value } = await this.#channel.value((reader) => steps(reader, scope));
          scope.start();
          chunk.push(value);
          index++;
          left--;
        } while (
          left > 0 &&
          chunk.length < maxChunkElements &&
          (shape.minBytes === 0 || this.#channel.available > 0)
        );
        yield chunk;
      }
    }
  }
}
