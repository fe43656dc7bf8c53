import type { Attributes, AttributeValue } from '@wasmlattice/telemetry';
import type {
  ByteSink,
  ByteSource,
  HttpRequestHead,
  HttpResponseHead,
} from '@wasmlattice/wasm-runtime/host-functions';
import type { ServedExchange } from '../http/exchange.js';

/** An exchange that keeps what is to be shown of it to who develops its component. */
export interface ShownExchange {
  /** Does what the given one does. */
  readonly exchange: ServedExchange;
  /** Headers, and the bodies as far as they are text and were read or written: attributes of the request's span. */
  attributes(): Attributes;
}

/** Of a body, in bytes. */
const mostShown = 4_000;

export function showExchange(given: ServedExchange): ShownExchange {
  const [received, sent] = [new ShownBody(), new ShownBody()];
  let head: HttpResponseHead | undefined;
  const { responder } = given;
  const exchange: ServedExchange = {
    request: given.request,
    body: teeSource(given.body, received),
    trailers: () => given.trailers(),
    signal: given.signal,
    responder: {
      get status() {
        return responder.status;
      },
      start(started) {
        head = started;
        return teeSink(responder.start(started), sent);
      },
      finish: (trailers) => responder.finish(trailers),
      ...(responder.refuse && { refuse: (code) => responder.refuse?.(code) }),
      fail(status, text, cause) {
        sent.replace(text);
        responder.fail(status, text, cause);
      },
    },
    get isDisconnected() {
      return given.isDisconnected;
    },
    get client() {
      return given.client;
    },
  };
  return {
    exchange,
    attributes: () => ({
      'url.query': queryOf(given.request),
      ...headerAttributes('request', given.request.headers),
      ...received.attributes('request'),
      ...(head && headerAttributes('response', head.headers)),
      ...sent.attributes('response'),
    }),
  };
}

/** The beginning of a body. */
class ShownBody {
  #chunks: Uint8Array[] = [];
  #kept = 0;
  #bytes = 0;

  add(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    const room = mostShown - this.#kept;
    if (room <= 0) return;
    // Whoever gets the chunk owns it.
    this.#chunks.push(chunk.slice(0, room));
    this.#kept += Math.min(room, chunk.length);
  }

  /** The guest's is not sent, but this. */
  replace(text: string): void {
    [this.#chunks, this.#kept, this.#bytes] = [[], 0, 0];
    this.add(Buffer.from(text));
  }

  attributes(of: 'request' | 'response'): Attributes {
    if (this.#bytes === 0) return {};
    return { [`http.${of}.body.size`]: this.#bytes, [`http.${of}.body`]: this.#text() };
  }

  /** `undefined` for what is no text. */
  #text(): string | undefined {
    try {
      // A character may be cut in two at the end of what is kept.
      const isCut = this.#bytes > this.#kept;
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(this.#chunks), { stream: isCut });
    } catch {
      return undefined;
    }
  }
}

function teeSource(source: ByteSource, to: ShownBody): ByteSource {
  // Without `pipeTo`: what goes by it is not seen here.
  return {
    isReady: () => source.isReady(),
    ready: () => source.ready(),
    cancel: () => source.cancel(),
    read(max) {
      const chunk = source.read(max);
      if (chunk !== undefined) to.add(chunk);
      return chunk;
    },
  };
}

function teeSink(sink: ByteSink, to: ShownBody): ByteSink {
  return {
    isReady: () => sink.isReady(),
    ready: () => sink.ready(),
    capacity: () => sink.capacity(),
    flush: () => sink.flush(),
    close: () => sink.close(),
    write(bytes) {
      to.add(bytes);
      sink.write(bytes);
    },
  };
}

function queryOf({ pathWithQuery }: HttpRequestHead): string | undefined {
  const at = pathWithQuery.indexOf('?');
  return at === -1 ? undefined : pathWithQuery.slice(at + 1);
}

/** As OpenTelemetry names them; several of one name become one, as in a list. */
function headerAttributes(of: 'request' | 'response', lines: HttpRequestHead['headers']): Attributes {
  const attributes: Record<string, AttributeValue> = {};
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = `http.${of}.header.${lines[i]?.toLowerCase()}`;
    const before = attributes[name];
    attributes[name] = before === undefined ? (lines[i + 1] ?? '') : `${before}, ${lines[i + 1]}`;
  }
  return attributes;
}
