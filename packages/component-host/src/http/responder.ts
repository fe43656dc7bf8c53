import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  type ByteSink,
  type HttpResponder,
  type HttpResponseHead,
  latin1Text,
} from '@wasmlattice/wasm-runtime/host-functions';
import {
  frameResponse,
  MisframedResponseError,
  type ResponseFraming,
  withoutLine,
} from './response-framing.js';

type HeaderLines = HttpResponseHead['headers'];

const ALWAYS = Promise.resolve();

/** How many bytes a guest may write at a time, and after how many held bytes a response starts to stream. */
const WINDOW = 64 * 1024;

/**
 * Up to this many bytes the last chunk goes to node as text of one byte for each character, which it joins with the head
 * into a single write; bytes cost a gathered write, a third more time for each request.
 */
const SENT_AS_TEXT = 16 * 1024;

/** Not for trailers: they frame the message, or must be known before its body (RFC 9110 §6.5.1). */
const NO_TRAILERS: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'trailer',
]);

/**
 * - `open`: no response yet.
 * - `held`: the guest set the head; head and body so far leave together at the end of this turn of the event loop. A short
 *   response is one write, and its length is known.
 * - `streaming`: the head is out.
 * - `leaving`: complete, and leaves at the end of this turn with the other responses of the turn. Each write alone would wake
 *   the client while this thread has the next request at hand, and the two would take turns.
 * - `over`: complete, failed, or the client is gone.
 */
type State = 'open' | 'held' | 'streaming' | 'leaving' | 'over';

/** What a response needs of its connection and its listener. */
export interface ResponderContext {
  /** Has {@link ServerResponder.release} called at the end of this turn of the event loop. */
  holdUntilTurnEnds(responder: ServerResponder): void;
  /** Asked when the head is written; the connection ends with this response if not. */
  mayKeepAlive(): boolean;
  /** The guest's response can't be sent as it is; the client gets another, or sees that it is incomplete. */
  misframed(problem: string): void;
}

/** Until there is a head: as of a failure's text. */
const NO_FRAMING: ResponseFraming = {
  headers: [],
  hasContent: true,
  length: undefined,
  announcesTrailers: false,
};

/**
 * Answers one request on its socket; also the sink of the response body.
 *
 * A response that has a length is never all on its way before it is finished: its last bytes wait until then, so that
 * a client can't take for complete what its guest did not complete, or wanted longer.
 */
export class ServerResponder implements HttpResponder, ByteSink {
  readonly #response: ServerResponse;
  readonly #context: ResponderContext;
  #state: State = 'open';
  #status: number | undefined;
  #framing: ResponseFraming = NO_FRAMING;
  #held: Uint8Array[] = [];
  /** Bytes that the guest has written of the content. */
  #written = 0;
  /** The last bytes of a response with a length, while it is streaming. */
  #last: Uint8Array | undefined;
  #isFlushed = false;
  /** Whether the end of this turn releases it. */
  #isDue = false;
  #room: PromiseWithResolvers<void> | undefined;

  constructor(response: ServerResponse, context: ResponderContext) {
    this.#response = response;
    this.#context = context;
    // A write that loses the race against the client's disconnect; `disconnected` tells of it.
    response.on('error', ignore);
  }

  /** Whether the response is complete or given up. */
  get isOver(): boolean {
    return this.#state === 'over' || this.#state === 'leaving';
  }

  get status(): number | undefined {
    return this.#status;
  }

  start(head: HttpResponseHead): ByteSink {
    if (this.#state !== 'open') return this;
    try {
      this.#framing = frameResponse(head, this.#response.req.method);
    } catch (error) {
      if (!(error instanceof MisframedResponseError)) throw error;
      this.#misframed(error.message);
      return this;
    }
    this.#status = head.status;
    this.#state = 'held';
    this.#isDue = true;
    this.#context.holdUntilTurnEnds(this);
    return this;
  }

  /** The turn is over: what is held leaves. */
  release(): void {
    this.#isDue = false;
    if (this.#state === 'leaving') {
      this.#sendWhole();
      return;
    }
    if (this.#state !== 'held' || this.#isWholeWithHead()) return;
    this.#state = 'streaming';
    this.#writeHead(this.#framing.headers);
    const held = this.#held;
    this.#held = [];
    if (this.#hasAllBytes()) this.#last = held.pop();
    if (held.length === 0) this.#response.flushHeaders();
    for (const chunk of held) this.#response.write(chunk);
  }

  finish(trailers?: HeaderLines): void {
    if (this.#state !== 'held' && this.#state !== 'streaming') return;
    const { hasContent, length } = this.#framing;
    if (hasContent && length !== undefined && this.#written < length) {
      this.#misframed(`its body of ${this.#written} bytes is shorter than its content-length of ${length}`);
      return;
    }
    if (trailers !== undefined) this.release();
    if (this.#state === 'streaming') this.#end(trailers);
    else if (this.#isDue) this.#state = 'leaving';
    else this.#sendWhole();
  }

  fail(status: number, text: string): void {
    if (this.#isFlushed && this.#state === 'held') this.release();
    switch (this.#state) {
      case 'leaving':
      case 'over':
        return;
      case 'streaming':
        this.#settle();
        this.#abort();
        return;
      case 'open':
      case 'held':
        this.#settle();
        this.#status = status;
        this.#framing = NO_FRAMING;
        this.#writeHead([
          'content-type',
          'text/plain; charset=utf-8',
          'content-length',
          String(Buffer.byteLength(text)),
        ]);
        this.#response.end(text);
    }
  }

  /** The client is gone. */
  disconnected(): void {
    this.#settle();
  }

  capacity(): number | undefined {
    if (this.isOver) return undefined;
    return this.#response.writableNeedDrain ? 0 : WINDOW;
  }

  write(bytes: Uint8Array): void {
    if (this.#state !== 'held' && this.#state !== 'streaming') return;
    const { hasContent, length } = this.#framing;
    if (!hasContent || bytes.length === 0) return;
    this.#written += bytes.length;
    if (length !== undefined && this.#written > length) {
      this.#misframed(`its body is longer than its content-length of ${length}`);
    } else if (this.#state === 'held') {
      this.#held.push(bytes);
      if (this.#written >= WINDOW) this.release();
    } else if (this.#hasAllBytes()) {
      this.#last = bytes;
    } else {
      this.#response.write(bytes);
    }
  }

  /**
   * What is held leaves with this turn anyway, so a flush has nothing to hurry. But it can't be taken back any more:
   * a client must see the incomplete response of a guest that fails after it has flushed.
   */
  flush(): void {
    if (this.#state === 'held') this.#isFlushed = true;
  }

  isReady(): boolean {
    return this.isOver || !this.#response.writableNeedDrain;
  }

  ready(): Promise<void> {
    if (this.isReady()) return ALWAYS;
    if (this.#room === undefined) {
      this.#room = Promise.withResolvers<void>();
      this.#response.once('drain', this.#onDrain);
    }
    return this.#room.promise;
  }

  /** The guest dropped its stream; the body ends with {@link ServerResponder.finish}. */
  close(): void {}

  /** The body is complete before anything was sent: its length is known and spares the chunked framing. */
  #sendWhole(): void {
    const { headers, hasContent, length, announcesTrailers } = this.#framing;
    const lengthIsNews = hasContent && length === undefined && !announcesTrailers;
    this.#writeHead(lengthIsNews ? [...headers, 'content-length', String(this.#written)] : headers);
    const last = this.#held.pop();
    for (const chunk of this.#held) this.#response.write(chunk);
    this.#settle();
    if (last === undefined || last.length > SENT_AS_TEXT) this.#response.end(last);
    else this.#response.end(latin1Text(last), 'latin1');
  }

  #end(trailers: HeaderLines | undefined): void {
    const last = this.#last;
    this.#settle();
    if (trailers !== undefined) this.#response.addTrailers(trailerPairs(trailers));
    this.#response.end(last);
  }

  #writeHead(headers: HeaderLines): void {
    if (!this.#context.mayKeepAlive()) this.#response.shouldKeepAlive = false;
    this.#response.writeHead(this.#status as number, this.#sendable(headers));
  }

  /** Node refuses to announce trailers on a message that is not chunked, where there can't be any. */
  #sendable(headers: HeaderLines): string[] {
    const { announcesTrailers, hasContent, length } = this.#framing;
    const isChunked = this.#response.req.httpVersionMinor > 0 && hasContent && length === undefined;
    return !announcesTrailers || isChunked ? (headers as string[]) : withoutLine(headers, 'trailer');
  }

  /** Whether a client would take the head for the whole response. */
  #isWholeWithHead(): boolean {
    return this.#framing.hasContent && this.#framing.length === 0;
  }

  #hasAllBytes(): boolean {
    return this.#framing.hasContent && this.#written === this.#framing.length;
  }

  #misframed(problem: string): void {
    this.#context.misframed(problem);
    this.fail(500, `The response can't be sent: ${problem}.\n`);
  }

  /** Ends the connection so that the client notices. Responses before this one on a connection with several end, too. */
  #abort(): void {
    const { chunkedEncoding, req } = this.#response;
    const isDelimited = chunkedEncoding || !this.#framing.hasContent || this.#framing.length !== undefined;
    // Node keeps what was written in this tick in the response, out of reach of the socket's own end.
    process.nextTick(isDelimited ? endConnection : resetConnection, req.socket);
  }

  #settle(): void {
    this.#state = 'over';
    this.#held = [];
    this.#last = undefined;
    this.#room?.resolve();
    this.#room = undefined;
  }

  readonly #onDrain = (): void => {
    this.#room?.resolve();
    this.#room = undefined;
  };
}

function ignore(): void {}

/** What was written leaves; the missing chunk or the missing bytes tell the client that it is not all. */
function endConnection(socket: Socket): void {
  socket.destroySoon();
}

/**
 * Without chunks and length (HTTP/1.0) the end of the connection is the end of the body; only a reset is not. Node never
 * closes a socket that it can't reset because it is ending already.
 */
function resetConnection(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

function trailerPairs(lines: HeaderLines): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = lines[i] as string;
    if (!NO_TRAILERS.has(name.toLowerCase())) pairs.push([name, lines[i + 1] as string]);
  }
  return pairs;
}
