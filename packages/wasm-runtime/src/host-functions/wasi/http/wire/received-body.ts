import type { HttpFields } from '@wasmlattice/rpc/interfaces';
import { type ByteSource, IterableSource } from '../../io/index.js';
import { HttpFailure } from '../error-code.js';
import type { HeaderLines } from '../http-exchange.js';
import type { IncomingBodySource } from '../incoming-body.js';
import { transferFailure } from './transfer-failure.js';
import { fieldsToLines } from './wire-fields.js';

/** Most bytes taken at a time from a body nobody wants. */
const DISCARD_AT_ONCE = 64 * 1024;

export interface ReceivedBodyOptions {
  /** Longest wait for further bytes, in ms; default that of the call's streams. */
  readonly betweenBytesMs?: number;
  /** Nothing more comes of it, or is wanted. */
  readonly onOver?: () => void;
}

/** A body that arrives as a wRPC stream, with its trailers. */
export class ReceivedBody implements IncomingBodySource {
  readonly #source: IterableSource;
  readonly #trailers: Promise<HttpFields | undefined>;

  constructor(
    stream: AsyncIterable<Uint8Array>,
    trailers: Promise<HttpFields | undefined>,
    { betweenBytesMs, onOver }: ReceivedBodyOptions = {},
  ) {
    this.#source = new IterableSource(stream, {
      failure: transferFailure,
      ...(onOver !== undefined && { onOver }),
      ...(betweenBytesMs !== undefined && {
        patience: { ms: betweenBytesMs, failure: () => tooSlow(betweenBytesMs) },
      }),
    });
    this.#trailers = trailers;
    // Nobody may ask for them; their failure must not count as unhandled.
    trailers.catch(() => {});
  }

  get body(): ByteSource {
    return this.#source;
  }

  /** Nobody will read the body. */
  cancel(): void {
    this.#source.cancel();
  }

  /** Takes what is left to its end and drops it; rejects when it breaks off. */
  async discard(): Promise<void> {
    for (;;) {
      const bytes = this.#source.read(DISCARD_AT_ONCE);
      if (bytes === undefined) return;
      if (bytes.length === 0) await this.#source.ready();
    }
  }

  async trailers(): Promise<HeaderLines | undefined> {
    await this.discard();
    let fields: HttpFields | undefined;
    try {
      fields = await this.#trailers;
    } catch (cause) {
      throw transferFailure(cause);
    }
    return fields && fieldsToLines(fields);
  }
}

function tooSlow(limitMs: number): HttpFailure {
  return new HttpFailure({ tag: 'connection-read-timeout' }, `no byte of the body came for ${limitMs} ms`);
}
