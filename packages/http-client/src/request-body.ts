import type { ClientRequest } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { HttpFields, HttpRequest } from '@wasmlattice/rpc/interfaces';
import { findField, toTrailers } from './fields.js';

/** How the body of a request is framed (RFC 9112 §6). */
type Framing = 'none' | 'length' | 'chunked';

/** Methods whose requests mostly have no body; without one they say nothing of it. */
const mostlyBodiless: ReadonlySet<string> = new Set(['get', 'head', 'delete', 'options', 'trace']);

/** Methods that do no harm when they are carried out twice (RFC 9110 §9.2.2). */
const idempotent: ReadonlySet<string> = new Set(['get', 'head', 'options', 'trace', 'put', 'delete']);

/** The body of a request as it is read: a first look at it says how it is framed. */
export class OutgoingRequestBody {
  readonly headers: readonly string[];
  readonly #request: HttpRequest;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #first: Promise<IteratorResult<Uint8Array>>;
  readonly #framing: Framing;
  readonly #isEmpty: boolean;

  private constructor(
    request: HttpRequest,
    chunks: AsyncIterator<Uint8Array>,
    first: Promise<IteratorResult<Uint8Array>>,
    isEmpty: boolean,
  ) {
    this.#request = request;
    this.#chunks = chunks;
    this.#first = first;
    this.#isEmpty = isEmpty;
    const hasLength = findField(request.headers, 'content-length') !== undefined;
    this.#framing = hasLength ? 'length' : isEmpty ? 'none' : 'chunked';
    this.headers = this.#headerLines();
  }

  /** A body that is complete and empty by now needs no framing: some servers refuse one they don't expect. */
  static async open(request: HttpRequest): Promise<OutgoingRequestBody> {
    const chunks = request.body[Symbol.asyncIterator]();
    const first = chunks.next();
    first.catch(() => {});
    let isEmpty = false;
    const looked = first.then(({ done }) => {
      isEmpty = done === true;
    });
    await Promise.race([looked.catch(() => {}), turn()]);
    // Trailers need chunks.
    if (isEmpty && (await hasTrailers(request))) isEmpty = false;
    return new OutgoingRequestBody(request, chunks, first, isEmpty);
  }

  /** Whether the request can be sent once more, should nobody have seen it. */
  get mayRepeat(): boolean {
    return this.#isEmpty && idempotent.has(this.#request.method.tag);
  }

  /**
   * Writes the body at the pace of the connection, then trailers and the end. A body that breaks off, and one that nobody reads any
   * more, ends the request.
   */
  async sendTo(request: ClientRequest): Promise<void> {
    try {
      for (let next = await this.#first; next.done !== true; next = await this.#chunks.next()) {
        if (request.destroyed) {
          await this.release();
          return;
        }
        if (!request.write(next.value)) await drained(request);
      }
      const trailers = this.#framing === 'chunked' ? await this.#request.trailers : undefined;
      if (trailers !== undefined) request.addTrailers(toTrailers(trailers));
      request.end();
    } catch (cause) {
      request.destroy(cause instanceof Error ? cause : new Error(String(cause)));
    }
  }

  /** Nobody reads the body any more. */
  async release(): Promise<void> {
    await this.#chunks.return?.();
  }

  #headerLines(): readonly string[] {
    switch (this.#framing) {
      case 'length':
        return [];
      case 'chunked':
        return ['Transfer-Encoding', 'chunked'];
      case 'none':
        return mostlyBodiless.has(this.#request.method.tag) ? [] : ['Content-Length', '0'];
    }
  }
}

async function hasTrailers({ trailers }: HttpRequest): Promise<boolean> {
  const none = { tag: 'none' } as const;
  const known: HttpFields | undefined | typeof none = await Promise.race([
    trailers.catch(() => undefined),
    turn(none),
  ]);
  return known !== undefined && known !== none;
}

function drained(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      request.off('drain', done);
      request.off('close', done);
      resolve();
    };
    request.on('drain', done);
    request.on('close', done);
  });
}
