import { constants, type ServerHttp2Stream } from 'node:http2';
import type {
  ByteSink,
  HttpRequestHead,
  HttpResponder,
  HttpResponseHead,
} from '@wasmlattice/wasm-runtime/host-functions';
import { frameResponse, MisframedResponseError, type ResponseFraming } from '../response-framing.js';
import { fieldsOf, fieldsOfHead } from './h2-head.js';

type HeaderLines = HttpRequestHead['headers'];

const ALWAYS = Promise.resolve();

/** How many bytes a guest may write at a time. */
const WINDOW = 64 * 1024;

/**
 * - `open`: no response yet.
 * - `streaming`: the head is out.
 * - `over`: complete, failed, or the client is gone.
 */
type State = 'open' | 'streaming' | 'over';

/** Answers one request on its stream; also the sink of the response body. What is incomplete is reset. */
export class H2Responder implements HttpResponder, ByteSink {
  readonly #stream: ServerHttp2Stream;
  readonly #method: string;
  readonly #misframed: (problem: string) => void;
  #state: State = 'open';
  #status: number | undefined;
  #framing: ResponseFraming | undefined;
  #written = 0;
  #room: PromiseWithResolvers<void> | undefined;

  constructor(stream: ServerHttp2Stream, method: string, misframed: (problem: string) => void) {
    this.#stream = stream;
    this.#method = method;
    this.#misframed = misframed;
    stream.on('drain', this.#wake);
    stream.on('close', this.#wake);
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  get status(): number | undefined {
    return this.#status;
  }

  start(head: HttpResponseHead): ByteSink {
    if (this.#state !== 'open') return this;
    try {
      this.#framing = frameResponse(head, this.#method);
      this.#stream.respond(fieldsOfHead({ ...head, headers: this.#framing.headers }), {
        endStream: !this.#framing.hasContent,
        waitForTrailers: this.#framing.hasContent,
      });
    } catch (error) {
      if (!(error instanceof MisframedResponseError) && !isFieldProblem(error)) throw error;
      this.#refuse(error.message);
      return this;
    }
    this.#status = head.status;
    this.#state = 'streaming';
    return this;
  }

  finish(trailers?: HeaderLines): void {
    if (this.#state !== 'streaming' || this.#framing === undefined) return;
    const { hasContent, length } = this.#framing;
    if (hasContent && length !== undefined && this.#written < length) {
      this.#misframed(`its body of ${this.#written} bytes is shorter than its content-length of ${length}`);
      this.#reset();
      return;
    }
    this.#state = 'over';
    if (!hasContent) return;
    // Without any, node ends the stream with an empty frame of data.
    this.#stream.once('wantTrailers', () => this.#stream.sendTrailers(fieldsOf(trailers ?? [])));
    this.#stream.end();
  }

  fail(status: number, text: string): void {
    if (this.#state === 'over') return;
    if (this.#state === 'streaming') {
      this.#reset();
      return;
    }
    this.#state = 'over';
    this.#status = status;
    if (this.#stream.destroyed || this.#stream.headersSent) return;
    this.#stream.respond({ ':status': status, 'content-type': 'text/plain; charset=utf-8' });
    this.#stream.end(this.#method === 'HEAD' ? undefined : text);
  }

  /** The client is gone. */
  disconnected(): void {
    this.#state = 'over';
    this.#wake();
  }

  capacity(): number | undefined {
    if (this.#state !== 'streaming' || this.#stream.destroyed) return undefined;
    return this.#stream.writableNeedDrain ? 0 : WINDOW;
  }

  write(bytes: Uint8Array): void {
    if (this.#state !== 'streaming' || bytes.length === 0 || this.#framing?.hasContent !== true) return;
    const { length } = this.#framing;
    this.#written += bytes.length;
    if (length !== undefined && this.#written > length) {
      this.#misframed(`its body is longer than its content-length of ${length}`);
      this.#reset();
      return;
    }
    this.#stream.write(bytes);
  }

  flush(): void {}

  isReady(): boolean {
    return this.#state !== 'streaming' || this.#stream.destroyed || !this.#stream.writableNeedDrain;
  }

  ready(): Promise<void> {
    if (this.isReady()) return ALWAYS;
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  /** The guest dropped its stream; the body ends with {@link H2Responder.finish}. */
  close(): void {}

  #refuse(problem: string): void {
    this.#misframed(problem);
    this.fail(500, `The response can't be sent: ${problem}.\n`);
  }

  #reset(): void {
    this.#state = 'over';
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    this.#wake();
  }

  readonly #wake = (): void => {
    this.#room?.resolve();
    this.#room = undefined;
  };
}

/** Node refuses some heads that HTTP/1.1 takes: a field that may be there once, twice. */
function isFieldProblem(error: unknown): error is Error {
  const { code } = error as { readonly code?: unknown };
  return (
    error instanceof Error &&
    typeof code === 'string' &&
    /^ERR_HTTP2_(HEADER|INVALID)|^ERR_INVALID_(CHAR|HTTP)/.test(code)
  );
}
