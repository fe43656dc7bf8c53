import type { GuestLimits } from '../../../../limits/guest-limits.js';
import { ResultError } from '../../io/index.js';
import { BodyPipe } from '../body-pipe.js';
import { contentLengthOf } from '../content-length.js';
import { FieldStore } from '../field-store.js';
import type { ResponseSource } from '../incoming-response.js';
import { bodyOver, finishBody, type ReleasedResponse } from '../outgoing-response.js';
import { Fields } from './fields.js';
import { MessageBody, type TrailersResult, type Transmission } from './message-body.js';

/** Resource `wasi:http/types@0.3.response`: one that the guest made, or the answer to a request of its own. */
export class Response {
  readonly #headers: FieldStore;
  readonly #body: MessageBody;
  #status: number;

  constructor(headers: FieldStore, body: MessageBody, status = 200) {
    this.#headers = headers;
    this.#body = body;
    this.#status = status;
  }

  /** WIT `[static]response.new` */
  static new(
    headers: Fields,
    contents: AsyncIterable<Uint8Array> | undefined,
    trailers: Promise<TrailersResult>,
  ): [Response, Promise<Transmission>] {
    const body = new MessageBody(contents, trailers);
    return [new Response(headers.release(), body), body.transmission];
  }

  static consumeBody(
    response: Response,
    handled: Promise<Transmission>,
  ): [AsyncIterable<Uint8Array>, Promise<TrailersResult>] {
    return response.#body.consume(handled);
  }

  getStatusCode(): number {
    return this.#status;
  }

  setStatusCode(status: number): void {
    if (status < 100 || status > 999) throw new ResultError(undefined);
    this.#status = status;
  }

  getHeaders(): Fields {
    return new Fields(this.#headers, { isImmutable: true });
  }

  /**
   * The host takes the response over.
   * @throws RangeError when its head can't be sent; the message says why, and its body is dropped
   */
  release(): ReleasedResponse {
    const body = this.#body;
    let pipe: BodyPipe;
    try {
      if (this.#status < 200) throw new RangeError(`status ${this.#status} is no final status`);
      pipe = new BodyPipe('response', contentLengthOf(this.#headers));
    } catch (cause) {
      body.drop();
      throw cause;
    }
    let isWriterGone = false;
    const writerGone = (): boolean => isWriterGone && pipe.state === 'open';
    const sent = Promise.withResolvers<void>();
    return {
      head: { status: this.#status, headers: this.#headers.toLines() },
      sendBody: (target) => {
        pipe.attach(target);
        void body.sendTo(pipe).then((transfer) => {
          isWriterGone = transfer === 'writer-gone';
          sent.resolve();
        });
      },
      isBodyOpen: writerGone,
      bodyOver: () => (isWriterGone ? bodyOver(pipe) : sent.promise),
      finishBody: (more) => finishBody(pipe, more),
    };
  }

  [Symbol.dispose](): void {
    this.#body.drop();
  }
}

/** The answer to a request that a guest sent, for that guest. */
export function receivedResponse(source: ResponseSource, limits: GuestLimits): Response {
  const { status, headers } = source.head;
  return new Response(FieldStore.fromLines(headers, limits), MessageBody.receive(source, limits), status);
}
