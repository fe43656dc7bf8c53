import type { ClientRequest } from 'node:http';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { HttpFailure, type HttpRequest } from '@wasmlattice/rpc/interfaces';
import { findField, toTrailers } from './fields.js';

/** How the body of a request is framed (RFC 9112 §6). */
type Framing = 'none' | 'length' | 'chunked';

/** Methods whose requests mostly have no body; without one they say nothing of it. */
const mostlyBodiless: ReadonlySet<string> = new Set(['get', 'head', 'delete', 'options', 'trace']);

/**
 * How long the end of a body may take that was most likely none, in ms: from another host it comes after the head, and a request that
 * says that it has a body is refused by some servers for its method.
 */
const endWaitMs = 100;

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
  /** What the request says of it. */
  readonly #length: number | undefined;

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
    this.#length = lengthOf(request);
    this.#framing = this.#length !== undefined ? 'length' : isEmpty ? 'none' : 'chunked';
    this.headers = this.#headerLines();
  }

  /**
   * A body that is complete and empty by now needs no framing: some servers refuse one they don't expect.
   *
   * @throws HttpFailure for a content-length that is none
   */
  static async open(request: HttpRequest): Promise<OutgoingRequestBody> {
    const length = lengthOf(request);
    const chunks = request.body[Symbol.asyncIterator]();
    const first = chunks.next();
    first.catch(() => {});
    let isEmpty = false;
    const looked = first.then(({ done }) => {
      isEmpty = done === true;
    });
    const mayWait = mostlyBodiless.has(request.method.tag) && length === undefined;
    await settles(looked, mayWait ? endWaitMs : 0);
    // Trailers need chunks.
    if (isEmpty && (await hasTrailers(request))) isEmpty = false;
    return new OutgoingRequestBody(request, chunks, first, isEmpty);
  }

  /** Whether the request can be sent once more, should nobody have seen it. */
  get mayRepeat(): boolean {
    return this.#isEmpty && idempotent.has(this.#request.method.tag);
  }

  /**
   * Writes the body at the pace of the connection, then trailers and the end. A body that breaks off, one that is not as long as it was
   * said to be, and one that nobody reads any more ends the request: what is too long would be taken for the next request.
   */
  async sendTo(request: ClientRequest): Promise<void> {
    let written = 0;
    try {
      for (let next = await this.#first; next.done !== true; next = await this.#chunks.next()) {
        if (request.destroyed) {
          await this.release();
          return;
        }
        written += next.value.length;
        if (this.#length !== undefined && written > this.#length) throw wrongLength(this.#length);
        if (!request.write(next.value)) await drained(request);
      }
      if (this.#length !== undefined && written < this.#length) throw wrongLength(this.#length);
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

/** @throws HttpFailure */
function lengthOf({ headers }: HttpRequest): number | undefined {
  const text = findField(headers, 'content-length');
  if (text === undefined) return undefined;
  const length = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(length)) return length;
  throw new HttpFailure(
    { tag: 'HTTP-protocol-error' },
    `the content-length ${JSON.stringify(text.slice(0, 100))} of the request is no length`,
  );
}

function wrongLength(length: number): HttpFailure {
  return new HttpFailure(
    { tag: 'HTTP-request-body-size', val: BigInt(length) },
    `the body of the request is not as long as its content-length, ${length} bytes`,
  );
}

async function hasTrailers({ trailers }: HttpRequest): Promise<boolean> {
  let has = false;
  const looked = trailers.then((fields) => {
    has = fields !== undefined;
  });
  await settles(looked, endWaitMs);
  return has;
}

/** Waits for a turn of the event loop, which most need not, and then for at most `ms`. */
async function settles(promise: Promise<unknown>, ms: number): Promise<void> {
  let isSettled = false;
  const settled = promise
    .catch(() => {})
    .then(() => {
      isSettled = true;
    });
  await Promise.race([settled, turn()]);
  if (isSettled || ms === 0) return;
  const timer = new AbortController();
  await Promise.race([settled, delay(ms, undefined, { ref: false, signal: timer.signal }).catch(() => {})]);
  timer.abort();
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
