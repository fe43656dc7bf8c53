import { err, ok, type Result } from '@wasmlattice/rpc';
import type { GuestLimits } from '../../../../limits/guest-limits.js';
import {
  type ByteSource,
  ByteStream,
  copyBytes,
  emptySource,
  type StreamEnding,
  streamSource,
} from '../../io/index.js';
import type { BodyPipe } from '../body-pipe.js';
import { type ErrorCode, errorCodeOf, HttpFailure } from '../error-code.js';
import { FieldStore } from '../field-store.js';
import type { IncomingBodySource } from '../incoming-body.js';
import { Fields } from './fields.js';

/** What a guest gets or gives as the end of a body: `result<option<trailers>, error-code>`. */
export type TrailersResult = Result<Fields | undefined, ErrorCode>;

/** How the transfer of a message went, or what became of it: `result<_, error-code>`. */
export type Transmission = Result<undefined, ErrorCode>;

/** What came of the bytes of a body, where that is decided. */
export type Transfer =
  /** The pipe knows how the body ended. */
  | 'ended'
  /** The guest that wrote the body is gone: what is known of its end is known elsewhere. */
  | 'writer-gone';

/**
 * Body and trailers of a message of `wasi:http@0.3`: they came over the network, or a guest made them. Whoever takes them first has
 * them: a guest by `consume-body`, or the host when it sends the message.
 */
export class MessageBody {
  readonly #stream: AsyncIterable<Uint8Array>;
  readonly #trailers: Promise<TrailersResult>;
  readonly #transmission = Promise.withResolvers<Transmission>();

  /** @param stream without it the body is empty */
  constructor(stream: AsyncIterable<Uint8Array> | undefined, trailers: Promise<TrailersResult>) {
    this.#stream = stream ?? new ByteStream(emptySource);
    this.#trailers = trailers;
  }

  /** What is received, at the pace of whoever takes it. */
  static receive(source: IncomingBodySource, limits: GuestLimits): MessageBody {
    const { promise, resolve } = Promise.withResolvers<TrailersResult>();
    const stream = new ByteStream(source.body, (ending) => {
      void trailersAfter(ending, source, limits).then(resolve);
    });
    return new MessageBody(stream, promise);
  }

  /** How it goes with the message, for the guest that made it. */
  get transmission(): Promise<Transmission> {
    return this.#transmission.promise;
  }

  /**
   * A guest takes body and trailers.
   *
   * @param handled what the guest makes of them
   */
  consume(handled: Promise<Transmission>): [AsyncIterable<Uint8Array>, Promise<TrailersResult>] {
    handled.then(this.#transmission.resolve, (cause: unknown) => this.#settle(err(errorCodeOf(cause))));
    return [this.#stream, this.#trailers];
  }

  /**
   * Sends body and trailers. The pipe has its target already, and knows the end of the body when the promise resolves. Never rejects.
   */
  async sendTo(pipe: BodyPipe): Promise<Transfer> {
    const source = new WrittenSource(streamSource(this.#stream));
    try {
      if (!(await copyBytes(source, pipe))) {
        this.#leave({ tag: 'connection-terminated' });
        return 'ended';
      }
      const trailers = await this.#trailers.catch((cause: unknown) => {
        throw new WriterGoneError(cause);
      });
      if (trailers.tag === 'err') {
        pipe.abort(`the guest ended its body with error-code ${trailers.val.tag}`);
        this.#settle(err(trailers.val));
        return 'ended';
      }
      pipe.finish(trailers.val?.release().toLines());
      await pipe.over;
      this.#settle(ok(undefined));
      return 'ended';
    } catch (cause) {
      if (cause instanceof WriterGoneError) return 'writer-gone';
      source.cancel();
      pipe.abort(cause instanceof HttpFailure ? cause.message : String(cause));
      this.#leave(errorCodeOf(cause));
      return 'ended';
    }
  }

  /** Nobody takes the message. */
  drop(): void {
    if (this.#stream instanceof ByteStream) this.#stream.cancel();
    else void this.#stream[Symbol.asyncIterator]().return?.();
    this.#leave({ tag: 'internal-error', val: 'the message was dropped' });
  }

  /** Has whoever writes the trailers know that nobody will read them. */
  #leave(code: ErrorCode): void {
    if (Symbol.dispose in this.#trailers) (this.#trailers as Partial<Disposable>)[Symbol.dispose]?.();
    this.#settle(err(code));
  }

  #settle(transmission: Transmission): void {
    this.#transmission.resolve(transmission);
  }
}

/** The stream of a body, with its failures told from those of whoever takes the bytes. */
class WrittenSource implements ByteSource {
  readonly pipeTo: ByteSource['pipeTo'];
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    this.#source = source;
    if (source.pipeTo !== undefined) {
      this.pipeTo = async (sink) => {
        const end = await source.pipeTo?.(sink);
        if (end?.kind === 'failed') throw new WriterGoneError(end.cause);
        return end ?? { kind: 'complete' };
      };
    }
  }

  read(max: number): Uint8Array | undefined {
    try {
      return this.#source.read(max);
    } catch (cause) {
      throw new WriterGoneError(cause);
    }
  }

  isReady(): boolean {
    return this.#source.isReady();
  }

  ready(): Promise<void> {
    return this.#source.ready();
  }

  cancel(): void {
    this.#source.cancel();
  }
}

/** A stream or a future will bring nothing more, since its guest has ended. */
class WriterGoneError extends Error {
  override readonly name = 'WriterGoneError';

  constructor(cause: unknown) {
    super('the guest that wrote the message is gone', { cause });
  }
}

async function trailersAfter(
  ending: StreamEnding,
  source: IncomingBodySource,
  limits: GuestLimits,
): Promise<TrailersResult> {
  try {
    // Whoever drops a body does not learn what came after it.
    if (ending.kind === 'dropped') return ok(undefined);
    if (ending.kind === 'failed') throw ending.cause;
    const lines = await source.trailers();
    return ok(lines && new Fields(FieldStore.fromLines(lines, limits)));
  } catch (cause) {
    return err(errorCodeOf(cause));
  }
}
