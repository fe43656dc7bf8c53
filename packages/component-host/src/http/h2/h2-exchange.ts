import type { ServerHttp2Stream } from 'node:http2';
import { Ending } from '@wasmlattice/wasm-runtime';
import {
  type ByteSource,
  HttpFailure,
  type HttpRequestHead,
  ReadableSource,
} from '@wasmlattice/wasm-runtime/host-functions';
import { ClientDisconnectedError, type ServedExchange } from '../exchange.js';
import { noBody } from '../request-body.js';
import { H2Responder } from './h2-responder.js';

/** Most bytes taken at a time from a body nobody wants. */
const discardAtOnce = 64 * 1024;

/** One request on a stream of HTTP/2. */
export class H2Exchange implements ServedExchange {
  readonly request: HttpRequestHead;
  readonly body: ByteSource;
  readonly responder: H2Responder;
  readonly client: string | undefined;
  readonly signal: Ending = new Ending();
  readonly #stream: ServerHttp2Stream;
  #trailers: readonly string[] | undefined;

  constructor(options: {
    readonly stream: ServerHttp2Stream;
    readonly head: HttpRequestHead;
    readonly client: string | undefined;
    readonly misframed: (exchange: H2Exchange, problem: string) => void;
  }) {
    const { stream, head, misframed } = options;
    this.#stream = stream;
    this.request = head;
    this.client = options.client;
    this.body = stream.endAfterHeaders ? noBody : bodyOf(stream);
    this.responder = new H2Responder(stream, head.method, (problem) => misframed(this, problem));
    stream.on('trailers', (_fields, _flags, raw: readonly string[] = []) => {
      this.#trailers = raw;
    });
    // A stream that ends early tells so by its close.
    stream.on('error', () => {});
    stream.once('close', () => {
      if (this.responder.isOver) return;
      this.responder.disconnected();
      this.signal.end(new ClientDisconnectedError());
    });
  }

  get isDisconnected(): boolean {
    return this.signal.aborted;
  }

  async trailers(): Promise<HttpRequestHead['headers'] | undefined> {
    for (;;) {
      const bytes = this.body.read(discardAtOnce);
      if (bytes === undefined) return this.#trailers;
      if (bytes.length === 0) await this.body.ready();
    }
  }

  /** What a guest left unread is refused: the other streams of the connection need the room. */
  discardRest(): void {
    if (!this.#stream.readableEnded && !this.#stream.destroyed) this.#stream.resume();
  }
}

function bodyOf(stream: ServerHttp2Stream): ByteSource {
  const source = new ReadableSource(stream);
  return {
    read(max) {
      try {
        return source.read(max);
      } catch (cause) {
        throw new HttpFailure(
          { tag: 'connection-terminated' },
          'the client gave the request up before it was complete',
          { cause },
        );
      }
    },
    isReady: () => source.isReady(),
    ready: () => source.ready(),
    // The response still goes out on the stream.
    cancel() {},
  };
}
