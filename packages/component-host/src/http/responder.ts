import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ByteSink, HttpResponder, HttpResponseHead } from '@wasmlattice/wasm-runtime/host-functions';

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
 * - `held`: the guest set the head; head and body so far leave together at the end of this turn of the event loop,
 *   or at once when the body is complete. A short response is one write, and its length is known.
 * - `streaming`: the head is out.
 * - `over`: complete, failed, or the client is gone.
 */
type State = 'open' | 'held' | 'streaming' | 'over';

export interface ResponderOptions {
  readonly response: ServerResponse;
  /** Has {@link ServerResponder.release} called at the end of this turn of the event loop. */
  holdUntilTurnEnds(responder: ServerResponder): void;
  /** Asked when the head is written. */
  mayKeepAlive(): boolean;
}

/** Answers one request on its socket; also the sink of the response body. */
export class ServerResponder implements HttpResponder, ByteSink {
  readonly #response: ServerResponse;
  readonly #options: ResponderOptions;
  #state: State = 'open';
  #head: HttpResponseHead = { status: 500, headers: [] };
  #hasHead = false;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #isFlushed = false;
  #room: PromiseWithResolvers<void> | undefined;

  constructor(options: ResponderOptions) {
    this.#response = options.response;
    this.#options = options;
    // A write that loses the race against the client's disconnect; `disconnected` tells of it.
    options.response.on('error', ignore);
  }

  /** Whether the response is complete or given up. */
  get isOver(): boolean {
    return this.#state === 'over';
  }

  get status(): number | undefined {
    return this.#hasHead ? this.#head.status : undefined;
  }

  start(head: HttpResponseHead): ByteSink {
    if (this.#state !== 'open') return this;
    this.#head = head;
    this.#hasHead = true;
    this.#state = 'held';
    this.#options.holdUntilTurnEnds(this);
    return this;
  }

  /** The turn is over: what is held leaves. */
  release(): void {
    if (this.#state !== 'held') return;
    this.#state = 'streaming';
    this.#writeHead(this.#head.headers);
    if (this.#held.length === 0) this.#response.flushHeaders();
    for (const chunk of this.#held) this.#response.write(chunk);
    this.#held = [];
  }

  finish(trailers?: HeaderLines): void {
    if (trailers !== undefined) this.release();
    if (this.#state === 'held') this.#sendWhole();
    else if (this.#state === 'streaming') this.#end(trailers);
  }

  fail(status: number, text: string): void {
    if (this.#isFlushed) this.release();
    switch (this.#state) {
      case 'over':
        return;
      case 'streaming':
        this.#settle();
        this.#abort();
        return;
      case 'open':
      case 'held':
        this.#settle();
        this.#head = { status, headers: [] };
        this.#hasHead = true;
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
    if (this.#state === 'over') return undefined;
    return this.#response.writableNeedDrain ? 0 : WINDOW;
  }

  write(bytes: Uint8Array): void {
    if (this.#state === 'streaming') {
      this.#response.write(bytes);
    } else if (this.#state === 'held') {
      this.#held.push(bytes);
      this.#heldBytes += bytes.length;
      if (this.#heldBytes >= WINDOW) this.release();
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
    return this.#state === 'over' || !this.#response.writableNeedDrain;
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
    const { headers } = this.#head;
    const lengthIsKnown =
      this.#hasBody() && !hasLine(headers, 'content-length') && !hasLine(headers, 'trailer');
    this.#writeHead(lengthIsKnown ? [...headers, 'content-length', String(this.#heldBytes)] : headers);
    const last = this.#held.pop();
    for (const chunk of this.#held) this.#response.write(chunk);
    this.#settle();
    if (last === undefined || last.length > SENT_AS_TEXT) this.#response.end(last);
    else
      this.#response.end(Buffer.from(last.buffer, last.byteOffset, last.length).toString('latin1'), 'latin1');
  }

  #end(trailers: HeaderLines | undefined): void {
    this.#settle();
    if (trailers !== undefined) this.#response.addTrailers(trailerPairs(trailers));
    this.#response.end();
  }

  #writeHead(headers: HeaderLines): void {
    if (!this.#options.mayKeepAlive()) this.#response.shouldKeepAlive = false;
    this.#response.writeHead(this.#head.status, this.#sendable(headers));
  }

  /** Node refuses to announce trailers on a message that is not chunked, where there can't be any. */
  #sendable(headers: HeaderLines): string[] {
    const isChunked =
      this.#response.req.httpVersionMinor > 0 && this.#hasBody() && !hasLine(headers, 'content-length');
    return isChunked ? (headers as string[]) : withoutLine(headers, 'trailer');
  }

  #hasBody(): boolean {
    const { status } = this.#head;
    return this.#response.req.method !== 'HEAD' && status !== 204 && status !== 304;
  }

  /** Ends the connection so that the client notices. Responses before this one on a connection with several end, too. */
  #abort(): void {
    const { chunkedEncoding, req } = this.#response;
    const isDelimited = chunkedEncoding || !this.#hasBody() || hasLine(this.#head.headers, 'content-length');
    // Node keeps what was written in this tick in the response, out of reach of the socket's own end.
    process.nextTick(isDelimited ? endConnection : resetConnection, req.socket);
  }

  #settle(): void {
    this.#state = 'over';
    this.#held = [];
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

function hasLine(lines: HeaderLines, lowerCaseName: string): boolean {
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i] as string;
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) return true;
  }
  return false;
}

function withoutLine(lines: HeaderLines, lowerCaseName: string): string[] {
  if (!hasLine(lines, lowerCaseName)) return lines as string[];
  return lines.filter((_, i) => (lines[i - (i % 2)] as string).toLowerCase() !== lowerCaseName);
}

function trailerPairs(lines: HeaderLines): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = lines[i] as string;
    if (!NO_TRAILERS.has(name.toLowerCase())) pairs.push([name, lines[i + 1] as string]);
  }
  return pairs;
}
