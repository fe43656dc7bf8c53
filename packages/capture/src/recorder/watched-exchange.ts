import {
  type ByteSink,
  type ByteSource,
  type HttpExchange,
  type HttpResponder,
  type HttpResponseHead,
  statusOf,
} from '@wasmlattice/wasm-runtime/host-functions';
import type { RecordedHeaders, RecordedRequest, RecordedResponse } from '../file/records.js';
import type { Masks } from './masks.js';
import { ByteRecord } from './watched-value.js';

type HeaderLines = HttpResponseHead['headers'];

/** An exchange whose request, as the guest read it, and whose response, as the guest gave it, are put down. */
export class WatchedExchange implements HttpExchange, HttpResponder {
  readonly body: ByteSource;
  readonly #inner: HttpExchange;
  readonly #masks: Masks;
  readonly #received: ByteRecord;
  readonly #sent: ByteRecord;
  /** The status that was sent in place of a response. */
  failedWith: number | undefined;
  #receivedTrailers: HeaderLines | undefined;
  #head: HttpResponseHead | undefined;
  #sentTrailers: HeaderLines | undefined;

  constructor(inner: HttpExchange, masks: Masks, longestBody: number) {
    this.#inner = inner;
    this.#masks = masks;
    this.#received = new ByteRecord(longestBody);
    this.#sent = new ByteRecord(longestBody);
    this.body = watchedSource(inner.body, this.#received);
    const { refuse } = inner.responder;
    if (refuse === undefined) return;
    this.refuse = (code) => {
      this.failedWith = statusOf(code);
      refuse.call(inner.responder, code);
    };
  }

  readonly refuse?: NonNullable<HttpResponder['refuse']>;

  get request(): HttpExchange['request'] {
    return this.#inner.request;
  }

  get signal(): HttpExchange['signal'] {
    return this.#inner.signal;
  }

  get responder(): HttpResponder {
    return this;
  }

  async trailers(): Promise<HeaderLines | undefined> {
    this.#receivedTrailers = await this.#inner.trailers();
    return this.#receivedTrailers;
  }

  start(head: HttpResponseHead): ByteSink {
    this.#head = head;
    return watchedSink(this.#inner.responder.start(head), this.#sent);
  }

  finish(trailers?: HeaderLines): void {
    this.#sentTrailers = trailers;
    this.#sent.ended();
    this.#inner.responder.finish(trailers);
  }

  fail(status: number, text: string, cause?: unknown): void {
    this.failedWith = status;
    this.#inner.responder.fail(status, text, cause);
  }

  recordedRequest(): RecordedRequest {
    const { method, scheme, authority, pathWithQuery, headers } = this.#inner.request;
    return {
      method,
      scheme,
      authority,
      path: this.#masks.path(pathWithQuery),
      headers: shownHeaders(headers, this.#masks),
      ...(this.#received.isUsed && { body: this.#received.json() }),
      ...(this.#receivedTrailers && { trailers: shownHeaders(this.#receivedTrailers, this.#masks) }),
    };
  }

  /** Absent: the guest gave none. */
  recordedResponse(): RecordedResponse | undefined {
    if (this.#head === undefined) return undefined;
    const { status, headers } = this.#head;
    return {
      status,
      headers: shownHeaders(headers, this.#masks),
      ...(this.#sent.isUsed && { body: this.#sent.json() }),
      ...(this.#sentTrailers && { trailers: shownHeaders(this.#sentTrailers, this.#masks) }),
    };
  }
}

/** Lines in pairs, in their order. */
export function shownHeaders(lines: HeaderLines, masks: Masks): RecordedHeaders {
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const [name = '', value = ''] = [lines[at], lines[at + 1]];
    pairs.push([name, masks.isNamed(name) ? masks.header(name, value) : value]);
  }
  return pairs;
}

function watchedSource(source: ByteSource, record: ByteRecord): ByteSource {
  return {
    read(max) {
      try {
        const bytes = source.read(max);
        if (bytes === undefined) record.ended();
        else record.took(bytes);
        return bytes;
      } catch (cause) {
        record.failed(cause);
        throw cause;
      }
    },
    isReady: () => source.isReady(),
    ready: () => source.ready(),
    cancel: () => source.cancel(),
  };
}

function watchedSink(sink: ByteSink, record: ByteRecord): ByteSink {
  return {
    capacity: () => sink.capacity(),
    write(bytes) {
      record.took(bytes);
      sink.write(bytes);
    },
    flush: () => sink.flush(),
    close: () => sink.close(),
    isReady: () => sink.isReady(),
    ready: () => sink.ready(),
  };
}
