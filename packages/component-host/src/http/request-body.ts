import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import {
  type ByteSource,
  HttpFailure,
  type HttpRequestHead,
  ReadableSource,
} from '@wasmlattice/wasm-runtime/host-functions';

const ALWAYS = Promise.resolve();

/** The body of a request that has none. */
export const noBody: ByteSource = {
  read: () => undefined,
  isReady: () => true,
  ready: () => ALWAYS,
  cancel() {},
};

/** Most bytes taken at a time from a body nobody wants. */
const DISCARD_AT_ONCE = 64 * 1024;

/**
 * Of a body that nobody wants, this much is taken as quickly as it comes, and the rest in pieces with a pause before each, in ms. A client
 * that has sent all before it reads its answer gets it; one that sends without end leaves the thread to others: 6 MB/s are little work.
 */
const QUICKLY_DISCARDED = 1024 * 1024;
const DISCARD_PAUSE_MS = 10;

/**
 * The body of a request on its socket. Nothing is read beyond node's own buffer (64 KiB) until the guest reads, so
 * that a slow guest slows its client down.
 */
export class RequestBody implements ByteSource {
  readonly #request: IncomingMessage;
  readonly #source: ReadableSource;
  /** Set while the client waits for `100 Continue` before it sends the body. */
  #continueOn: ServerResponse | undefined;

  /** @param continueOn answers `Expect: 100-continue` when the guest first asks for the body */
  constructor(request: IncomingMessage, continueOn?: ServerResponse) {
    this.#request = request;
    this.#source = new ReadableSource(request);
    this.#continueOn = continueOn;
  }

  /** Whether the client still holds the body back; then it need not be read. */
  get awaitsContinue(): boolean {
    return this.#continueOn !== undefined;
  }

  read(max: number): Uint8Array | undefined {
    this.#continue();
    try {
      return this.#source.read(max);
    } catch (cause) {
      if (cause instanceof HttpFailure) throw cause;
      throw new HttpFailure(
        { tag: 'connection-terminated' },
        'the client closed the connection before its request was complete',
        { cause },
      );
    }
  }

  isReady(): boolean {
    return this.#source.isReady();
  }

  ready(): Promise<void> {
    this.#continue();
    return this.#source.ready();
  }

  /** Node tells a request of its connection's end only until the response is complete; a guest may read longer. */
  connectionClosed(): void {
    if (!this.#request.complete) this.#request.destroy();
  }

  /** What comes is no body; the connection stays open for the answer that says so. */
  malformed(text: string): void {
    this.#request.emit('error', new HttpFailure({ tag: 'HTTP-protocol-error' }, text));
  }

  /** The connection lives on: its next request comes after the rest of this body. */
  cancel(): void {}

  /** Discards what is left, then the trailers; see `HttpExchange.trailers`. */
  async trailers(): Promise<HttpRequestHead['headers'] | undefined> {
    await this.discard();
    const { rawTrailers } = this.#request;
    return rawTrailers.length > 0 ? rawTrailers : undefined;
  }

  /** Reads to the end, at its own pace, what came for nobody. Rejects like {@link RequestBody.read}. */
  async discardUnwanted(): Promise<void> {
    let taken = 0;
    for (;;) {
      const bytes = this.read(DISCARD_AT_ONCE);
      if (bytes === undefined) return;
      taken += bytes.length;
      if (bytes.length === 0) await this.ready();
      else if (taken > QUICKLY_DISCARDED) await setTimeout(DISCARD_PAUSE_MS);
    }
  }

  /** Reads to the end without keeping anything. Rejects like {@link RequestBody.read}. */
  async discard(): Promise<void> {
    for (;;) {
      const bytes = this.read(DISCARD_AT_ONCE);
      if (bytes === undefined) return;
      if (bytes.length === 0) await this.ready();
    }
  }

  #continue(): void {
    const response = this.#continueOn;
    if (response === undefined) return;
    this.#continueOn = undefined;
    if (!response.headersSent && !response.destroyed) response.writeContinue();
  }
}
