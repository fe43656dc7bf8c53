import { type ByteSink, WakeUp } from '../io/index.js';
import { HttpFailure } from './error-code.js';
import type { HeaderLines } from './http-exchange.js';

/** Where an outgoing body goes once its message is on its way. */
export interface BodyTarget {
  readonly sink: ByteSink;
  /** Whether the message has no body whatever its `content-length` says: answers to HEAD, status 304. */
  readonly bodiless: boolean;
  /**
   * The guest finishes the body, of which a part may still wait.
   * @throws what the guest gets then, where the body is lost
   */
  finishing?(): void;
  /** The body is complete. */
  finish(trailers: HeaderLines | undefined): void;
  /** The body ended early: the message must not look complete. Makes the sink ready, as it is closed then. */
  abort(reason: string): void;
}

/** How far the guest is with a body. */
export type BodyState = 'open' | 'complete' | 'empty' | 'aborted';

type Ending =
  | { readonly kind: 'finished'; readonly trailers: HeaderLines | undefined }
  | { readonly kind: 'aborted'; readonly reason: string };

/** A guest may write this much before it sends the message the body belongs to. */
const MOST_BEFORE_ATTACHED = 2 * 1024 * 1024;

/**
 * What a guest may try to write when it has written that much. With no permit it would wait, and for ever, since nothing reads
 * before it goes on: so it may try, and the write fails.
 */
const LAST_PERMIT = 4096;

/** What sends the message. */
const SENDING = { request: 'outgoing-handler.handle', response: 'response-outparam.set' } as const;

const ALWAYS = Promise.resolve();

/**
 * Carries an outgoing body from the guest to its target. A guest gets the body before it sends the message, so a
 * bounded part waits here until {@link BodyPipe.attach}, and a write beyond it fails. Holds the guest to the message's `content-length`.
 */
export class BodyPipe implements ByteSink {
  readonly #message: 'request' | 'response';
  readonly #contentLength: number | undefined;
  readonly #wakeUp = new WakeUp();
  /** Waiting for the target, or for room in it. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #written = 0;
  #target: BodyTarget | undefined;
  #ending: Ending | undefined;
  /** Whether the target has been told of the ending. */
  #isOver = false;
  #over: PromiseWithResolvers<void> | undefined;
  #failure: { readonly cause: unknown } | undefined;

  constructor(message: 'request' | 'response', contentLength: number | undefined) {
    this.#message = message;
    this.#contentLength = contentLength;
  }

  /** From here on bytes go to `target`, those written so far first. */
  attach(target: BodyTarget): void {
    this.#target = target;
    this.#drain();
  }

  /** Resolves when the target has all it gets, and knows of the ending; `undefined` when it does. */
  get over(): Promise<void> | undefined {
    if (this.#isOver) return undefined;
    this.#over ??= Promise.withResolvers();
    return this.#over.promise;
  }

  get state(): BodyState {
    if (this.#ending === undefined) return 'open';
    if (this.#ending.kind === 'aborted') return 'aborted';
    return this.#written === 0 ? 'empty' : 'complete';
  }

  /**
   * The first ending counts.
   * @throws HttpFailure when the body is not as long as its `content-length`, and what the target throws
   */
  finish(trailers: HeaderLines | undefined): void {
    if (this.#failure !== undefined) throw this.#failure.cause;
    if (this.#ending !== undefined) return;
    // Without a target nobody knows yet whether an empty body is right; the target's part is in #drain.
    const unknown = this.#written === 0 && this.#target === undefined;
    if (!unknown && !this.#hasRightLength()) {
      const failure = this.#sizeFailure(this.#written);
      this.abort(failure.message);
      throw failure;
    }
    this.#target?.finishing?.();
    this.#end({ kind: 'finished', trailers });
  }

  /** As {@link BodyPipe.finish}, after more bytes, which come from the host; without them where a `content-length` leaves no room. */
  finishWith(bytes: Uint8Array): void {
    if (this.#ending === undefined && this.#contentLength === undefined) {
      this.#waiting.push(bytes);
      this.#written += bytes.length;
    }
    this.finish(undefined);
  }

  /** Does nothing after {@link BodyPipe.finish}. */
  abort(reason: string): void {
    if (this.#ending !== undefined) return;
    this.#waiting = [];
    this.#end({ kind: 'aborted', reason });
  }

  capacity(): number | undefined {
    if (this.#failure !== undefined) throw this.#failure.cause;
    if (this.#ending !== undefined) return undefined;
    if (this.#target === undefined) return Math.max(MOST_BEFORE_ATTACHED - this.#waitingBytes, LAST_PERMIT);
    const capacity = this.#target.sink.capacity();
    return this.#waiting.length > 0 && capacity !== undefined ? 0 : capacity;
  }

  write(bytes: Uint8Array): void {
    this.#written += bytes.length;
    if (this.#contentLength !== undefined && this.#written > this.#contentLength) {
      throw this.#fail(this.#sizeFailure(this.#written));
    }
    if (this.#target !== undefined) {
      this.#target.sink.write(bytes);
      return;
    }
    if (this.#waitingBytes + bytes.length > MOST_BEFORE_ATTACHED) throw this.#fail(this.#orderFailure());
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  flush(): void {
    this.#target?.sink.flush();
  }

  /** Before the message is sent, a flush is complete at once: there is nothing to hand bytes on to. */
  isReady(): boolean {
    if (this.#failure !== undefined || this.#ending !== undefined) return true;
    if (this.#target === undefined) return true;
    return this.#waiting.length === 0 && this.#target.sink.isReady();
  }

  ready(): Promise<void> {
    if (this.isReady()) return ALWAYS;
    if (this.#target !== undefined && this.#waiting.length === 0) return this.#target.sink.ready();
    return this.#wakeUp.promise();
  }

  /** Dropping the stream does not end the body: `outgoing-body.finish` does. */
  close(): void {}

  #hasRightLength(): boolean {
    if (this.#contentLength === undefined || this.#written === this.#contentLength) return true;
    return this.#written === 0 && this.#target?.bodiless === true;
  }

  #sizeFailure(written: number): HttpFailure {
    return new HttpFailure(
      { tag: `HTTP-${this.#message}-body-size`, val: BigInt(written) },
      `the guest wrote ${written} bytes of ${this.#message} body, its content-length says ${this.#contentLength}`,
    );
  }

  #orderFailure(): HttpFailure {
    const message =
      `the guest wrote more than ${MOST_BEFORE_ATTACHED} bytes of ${this.#message} body before it sent the ${this.#message}: ` +
      `call ${SENDING[this.#message]} before writing the rest, then the body may be of any size`;
    return new HttpFailure({ tag: 'internal-error', val: message }, message);
  }

  /** Writes of the guest fail with `cause` from here on, and the target is aborted. */
  #fail<E extends Error>(cause: E): E {
    this.#failure = { cause };
    this.abort(cause.message);
    return cause;
  }

  #end(ending: Ending): void {
    this.#ending = ending;
    this.#drain();
    this.#wakeUp.wake();
  }

  #drain(): void {
    const target = this.#target;
    if (target === undefined || this.#isOver) return;
    if (!this.#handOver(target.sink)) {
      void target.sink.ready().then(() => this.#drain());
      return;
    }
    this.#wakeUp.wake();
    if (this.#ending === undefined) return;
    this.#isOver = true;
    if (this.#ending.kind === 'aborted') target.abort(this.#ending.reason);
    else if (this.#hasRightLength()) target.finish(this.#ending.trailers);
    else target.abort(this.#sizeFailure(this.#written).message);
    this.#over?.resolve();
  }

  /** Whether nothing waits any more; what a closed or failed sink can't take is dropped. */
  #handOver(sink: ByteSink): boolean {
    try {
      for (;;) {
        const chunk = this.#waiting[0];
        if (chunk === undefined) return true;
        const capacity = sink.capacity();
        if (capacity === 0) return false;
        if (capacity === undefined) break;
        sink.write(chunk.subarray(0, capacity));
        if (chunk.length <= capacity) this.#waiting.shift();
        else this.#waiting[0] = chunk.subarray(capacity);
      }
    } catch (cause) {
      this.#failure = { cause };
    }
    this.#waiting = [];
    return true;
  }
}
