import { ResultError } from '../io/index.js';
import { BodyPipe, type BodyState, type BodyTarget } from './body-pipe.js';
import { Children } from './children.js';
import { contentLengthOf } from './content-length.js';
import type { FieldStore } from './field-store.js';
import { Fields } from './fields.js';
import type { HeaderLines } from './http-exchange.js';
import type { Method, Scheme } from './message-head.js';
import { OutgoingBody } from './outgoing-body.js';
import { RequestLine, type SendableParts } from './request-line.js';

/** Resource `wasi:http/types.outgoing-request`. */
export class OutgoingRequest {
  readonly #headers: FieldStore;
  readonly #children = new Children('outgoing-request');
  readonly #line = new RequestLine();
  #pipe: BodyPipe | undefined;

  constructor(headers: Fields) {
    this.#headers = headers.release();
  }

  body(): OutgoingBody {
    if (this.#pipe !== undefined) throw new ResultError(undefined);
    try {
      this.#pipe = new BodyPipe('request', contentLengthOf(this.#headers));
    } catch {
      throw new ResultError(undefined);
    }
    return new OutgoingBody(this.#pipe);
  }

  method(): Method {
    return this.#line.parts.method;
  }

  setMethod(method: Method): void {
    this.#line.setMethod(method);
  }

  pathWithQuery(): string | undefined {
    return this.#line.parts.pathWithQuery;
  }

  setPathWithQuery(pathWithQuery: string | undefined): void {
    this.#line.setPathWithQuery(pathWithQuery);
  }

  scheme(): Scheme | undefined {
    return this.#line.parts.scheme;
  }

  setScheme(scheme: Scheme | undefined): void {
    this.#line.setScheme(scheme);
  }

  authority(): string | undefined {
    return this.#line.parts.authority;
  }

  setAuthority(authority: string | undefined): void {
    this.#line.setAuthority(authority);
  }

  headers(): Fields {
    return new Fields(this.#headers, this.#children);
  }

  /**
   * The host takes the request over.
   * @throws HttpFailure when it can't be sent: writes to its body fail as closed then
   */
  release(): ReleasedRequest {
    this.#children.assertNone('sent');
    try {
      return this.#release();
    } catch (cause) {
      this.#pipe?.abort('the request can not be sent');
      throw cause;
    }
  }

  #release(): ReleasedRequest {
    const line = this.#line.toSend();
    const pipe = this.#bodyToSend();
    return {
      ...line,
      headers: this.#headers.toLines(),
      sendBody: (target) => pipe.attach(target),
      get bodyState() {
        return pipe.state;
      },
    };
  }

  /** A request whose body the guest never took has an empty one. */
  #bodyToSend(): BodyPipe {
    if (this.#pipe !== undefined) return this.#pipe;
    const pipe = new BodyPipe('request', undefined);
    pipe.finish(undefined);
    return pipe;
  }

  [Symbol.dispose](): void {
    this.#children.assertNone('dropped');
    this.#pipe?.abort('the guest dropped the request');
  }
}

/** A request on its way out. */
export interface ReleasedRequest extends SendableParts {
  readonly headers: HeaderLines;
  sendBody(target: BodyTarget): void;
  readonly bodyState: BodyState;
}
