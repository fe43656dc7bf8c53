import { ResultError } from '../io/index.js';
import { BodyPipe, type BodyTarget } from './body-pipe.js';
import { Children } from './children.js';
import { contentLengthOf } from './content-length.js';
import type { FieldStore } from './field-store.js';
import { Fields } from './fields.js';
import type { HttpResponseHead } from './http-exchange.js';
import { OutgoingBody } from './outgoing-body.js';

/** Resource `wasi:http/types.outgoing-response`. */
export class OutgoingResponse {
  readonly #headers: FieldStore;
  readonly #children = new Children('outgoing-response');
  #status = 200;
  #pipe: BodyPipe | undefined;

  constructor(headers: Fields) {
    this.#headers = headers.release();
  }

  statusCode(): number {
    return this.#status;
  }

  setStatusCode(status: number): void {
    if (status < 100 || status > 999) throw new ResultError(undefined);
    this.#status = status;
  }

  headers(): Fields {
    return new Fields(this.#headers, this.#children);
  }

  body(): OutgoingBody {
    if (this.#pipe !== undefined) throw new ResultError(undefined);
    try {
      this.#pipe = new BodyPipe('response', contentLengthOf(this.#headers));
    } catch {
      throw new ResultError(undefined);
    }
    return new OutgoingBody(this.#pipe);
  }

  /**
   * The host takes the response over.
   * @throws RangeError when its head can't be sent; the message says why
   */
  release(): ReleasedResponse {
    this.#children.assertNone('sent');
    if (this.#status < 200) throw new RangeError(`status ${this.#status} is no final status`);
    const contentLength = contentLengthOf(this.#headers);
    let pipe = this.#pipe;
    if (pipe === undefined) {
      pipe = new BodyPipe('response', contentLength);
      pipe.finish(undefined);
    }
    return {
      head: { status: this.#status, headers: this.#headers.toLines() },
      sendBody: (target) => pipe.attach(target),
      isBodyOpen: () => pipe.state === 'open',
      bodyOver: () => bodyOver(pipe),
      finishBody: (more) => finishBody(pipe, more),
    };
  }

  [Symbol.dispose](): void {
    this.#children.assertNone('dropped');
    this.#pipe?.abort('the guest dropped the response');
  }
}

/** {@link ReleasedResponse.bodyOver} of a body that goes through a pipe. */
export function bodyOver(pipe: BodyPipe): Promise<void> | undefined {
  return pipe.state === 'open' ? undefined : pipe.over;
}

/** {@link ReleasedResponse.finishBody} of such a body. */
export function finishBody(pipe: BodyPipe, more: Uint8Array | undefined): void {
  if (more === undefined) pipe.finish(undefined);
  else pipe.finishWith(more);
}

/** A response on its way out. */
export interface ReleasedResponse {
  readonly head: HttpResponseHead;
  sendBody(target: BodyTarget): void;
  /** Whether the guest has not ended the body. */
  isBodyOpen(): boolean;
  /**
   * Ends an open body.
   * @param more what the host has to add, where the head does not say how long the body is
   * @throws HttpFailure when it is not as long as its `content-length`; the target is told, too
   */
  finishBody(more?: Uint8Array): void;
  /**
   * Resolves when the target has all of a body that has ended, and knows that; `undefined` when it does, and while the body has not
   * ended.
   */
  bodyOver(): Promise<void> | undefined;
}
