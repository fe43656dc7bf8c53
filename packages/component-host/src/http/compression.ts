import type { Transform } from 'node:stream';
import { constants, createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib';
import {
  type ByteSink,
  type HttpRequestHead,
  type HttpResponseHead,
  ReadableSource,
  WritableSink,
} from '@wasmlattice/wasm-runtime/host-functions';
import type { ServedExchange } from './exchange.js';
import { headerValue } from './header-lines.js';

/** Content codings that a route offers, the one it likes best first. */
export type Encoding = 'br' | 'gzip' | 'zstd';

type HeaderLines = HttpResponseHead['headers'];

/** Shorter content is longer when it is compressed, or not worth the time. */
const leastBytes = 1_024;

/** Kinds of content that are text, or like it. Events are meant to arrive one by one. */
const compressible =
  /^(?:text\/(?!event-stream)|application\/(?:json|javascript|xml|wasm|x-ndjson|ld\+json)|[\w.-]+\/[\w.-]+\+(?:json|xml)|image\/svg|font\/(?:ttf|otf))/i;

/** A moderate effort: what is compressed is made for this answer and thrown away. */
const makers: Readonly<Record<Encoding, () => Transform & { flush(): void }>> = {
  br: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: () => createGzip({ level: 5 }),
  zstd: () => createZstdCompress(),
};

/** A responder that compresses what is worth it for clients that take it. */
export class CompressingResponder {
  readonly #inner: ServedExchange['responder'];
  readonly #request: HttpRequestHead;
  readonly #offered: readonly Encoding[];
  #stream: Transform | undefined;
  #sent: Promise<void> | undefined;
  #finish: { readonly trailers: HeaderLines | undefined } | undefined;

  constructor(inner: ServedExchange['responder'], request: HttpRequestHead, offered: readonly Encoding[]) {
    this.#inner = inner;
    this.#request = request;
    this.#offered = offered;
  }

  get status(): number | undefined {
    return this.#inner.status;
  }

  start(head: HttpResponseHead): ByteSink {
    if (!isWorthwhile(this.#request, head)) return this.#inner.start(head);
    const encoding = choose(headerValue(this.#request.headers, 'accept-encoding'), this.#offered);
    // Caches have to know even of the answer that is not compressed.
    if (encoding === undefined) {
      return this.#inner.start({ ...head, headers: [...head.headers, 'vary', 'accept-encoding'] });
    }
    const stream = makers[encoding]();
    this.#stream = stream;
    const sink = this.#inner.start({ ...head, headers: encodedHeaders(head.headers, encoding) });
    this.#sent = this.#send(new ReadableSource(stream), sink, stream);
    const input = new WritableSink(stream, { end: false });
    return {
      capacity: () => input.capacity(),
      write: (bytes) => input.write(bytes),
      flush() {
        input.flush();
        stream.flush();
      },
      isReady: () => input.isReady(),
      ready: () => input.ready(),
      close: () => {},
    };
  }

  finish(trailers?: HeaderLines): void {
    if (this.#stream === undefined) {
      this.#inner.finish(trailers);
      return;
    }
    this.#finish = { trailers };
    this.#stream.end();
  }

  fail(status: number, text: string, cause?: unknown): void {
    this.#finish = undefined;
    this.#stream?.destroy();
    this.#inner.fail(status, text, cause);
  }

  /** Resolves once a response that was finished is handed on; at once for others. */
  async settled(): Promise<void> {
    if (this.#finish !== undefined) await this.#sent;
  }

  async #send(source: ReadableSource, sink: ByteSink, stream: Transform): Promise<void> {
    for (;;) {
      const capacity = sink.capacity();
      // The client is gone.
      if (capacity === undefined) break;
      if (capacity === 0) {
        await sink.ready();
        continue;
      }
      const bytes = read(source, capacity);
      if (bytes === undefined) break;
      if (bytes.length > 0) sink.write(bytes);
      else await source.ready();
    }
    if (this.#finish !== undefined) this.#inner.finish(this.#finish.trailers);
    stream.destroy();
  }
}

/** `undefined` also where the stream was given up. */
function read(source: ReadableSource, max: number): Uint8Array | undefined {
  try {
    return source.read(max);
  } catch {
    return undefined;
  }
}

function isWorthwhile({ method }: HttpRequestHead, { status, headers }: HttpResponseHead): boolean {
  if (
    method === 'HEAD' ||
    status < 200 ||
    status === 204 ||
    status === 205 ||
    status === 206 ||
    status === 304
  ) {
    return false;
  }
  const length = headerValue(headers, 'content-length');
  return (
    compressible.test(headerValue(headers, 'content-type') ?? '') &&
    headerValue(headers, 'content-encoding') === undefined &&
    !/\bno-transform\b/i.test(headerValue(headers, 'cache-control') ?? '') &&
    (length === undefined || Number(length) >= leastBytes)
  );
}

/** What the client takes (RFC 9110 §12.5.3), as the route likes it. */
export function choose(accepted: string | undefined, offered: readonly Encoding[]): Encoding | undefined {
  if (accepted === undefined) return undefined;
  const qualities = new Map<string, number>();
  for (const item of accepted.toLowerCase().split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    qualities.set(name, quality === undefined ? 1 : Number(quality.slice(2)));
  }
  return offered.find((encoding) => (qualities.get(encoding) ?? qualities.get('*') ?? 0) > 0);
}

/** The bytes are others than the component's, so its length is none, and its strong validator a weak one. */
function encodedHeaders(headers: HeaderLines, encoding: Encoding): string[] {
  const lines: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const [name, value] = [headers[i] as string, headers[i + 1] as string];
    const key = name.toLowerCase();
    if (key === 'content-length') continue;
    lines.push(name, key === 'etag' && value.startsWith('"') ? `W/${value}` : value);
  }
  return [...lines, 'content-encoding', encoding, 'vary', 'accept-encoding'];
}
