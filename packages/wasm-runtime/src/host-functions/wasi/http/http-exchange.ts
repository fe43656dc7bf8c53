import type { EndSignal } from '../../../ending.js';
import type { ByteSink, ByteSource } from '../io/index.js';
import type { ErrorCode } from './error-code.js';

/**
 * Header or trailer lines as they are on the wire: name, value, name, value, …; each character is one byte (latin1).
 * A repeated name is repeated here.
 */
export type HeaderLines = readonly string[];

export interface HttpRequestHead {
  /** As on the wire: `GET`. */
  readonly method: string;
  /** In lower case: `http`, `https`. */
  readonly scheme: string;
  readonly authority: string;
  readonly pathWithQuery: string;
  readonly headers: HeaderLines;
}

export interface HttpResponseHead {
  readonly status: number;
  readonly headers: HeaderLines;
}

/** One request and the means to answer it; the listener, or a bridge from wRPC, implements it. */
export interface HttpExchange {
  readonly request: HttpRequestHead;
  readonly body: ByteSource;
  /**
   * Discards what is left of the body and resolves with the trailers, `undefined` when the request has none.
   * Rejects when the body does not arrive whole; {@link HttpFailure} if the cause has an error-code.
   */
  trailers(): Promise<HeaderLines | undefined>;
  readonly responder: HttpResponder;
  /** Aborted when the client went away before the response was complete. */
  readonly signal: EndSignal;
}

/** Answers one request: head, then body through the sink, then the end. Misuse of the order is a programming error. */
export interface HttpResponder {
  /** Sends the head. The sink is closed once the client is gone. */
  start(head: HttpResponseHead): ByteSink;
  /** Ends a started response; what was written to the sink is sent first. */
  finish(trailers?: HeaderLines): void;
  /**
   * Ends the exchange with the error-code the guest answered with, for a client that can take one. Without it,
   * {@link HttpResponder.fail} is called with the status that comes closest.
   */
  refuse?(code: ErrorCode): void;
  /**
   * Ends the exchange without the response the guest owed. The client gets `status` with `text` as long as no byte
   * of a response is out; afterwards the connection is aborted, so that it sees an incomplete response.
   *
   * @param cause not for the client: for whoever traces the exchange
   */
  fail(status: number, text: string, cause?: unknown): void;
}
