import { ResultError } from '../io/index.js';
import { BodyPipe, type BodyState, type BodyTarget } from './body-pipe.js';
import { Children } from './children.js';
import { contentLengthOf } from './content-length.js';
import { HttpFailure } from './error-code.js';
import { type FieldStore, isFieldName } from './field-store.js';
import { Fields } from './fields.js';
import type { HeaderLines } from './http-exchange.js';
import { isAuthority, isPathWithQuery, isScheme, type Method, type Scheme } from './message-head.js';
import { OutgoingBody } from './outgoing-body.js';

/** Resource `wasi:http/types.outgoing-request`. */
export class OutgoingRequest {
  readonly #headers: FieldStore;
  readonly #children = new Children('outgoing-request');
  #method: Method = { tag: 'get' };
  #pathWithQuery: string | undefined;
  #scheme: Scheme | undefined;
  #authority: string | undefined;
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
    return this.#method;
  }

  setMethod(method: Method): void {
    // A method is a token, as a field name is.
    if (method.tag === 'other' && !isFieldName(method.val)) throw new ResultError(undefined);
    this.#method = method;
  }

  pathWithQuery(): string | undefined {
    return this.#pathWithQuery;
  }

  setPathWithQuery(pathWithQuery: string | undefined): void {
    if (pathWithQuery !== undefined && !isPathWithQuery(pathWithQuery)) throw new ResultError(undefined);
    this.#pathWithQuery = pathWithQuery;
  }

  scheme(): Scheme | undefined {
    return this.#scheme;
  }

  setScheme(scheme: Scheme | undefined): void {
    if (scheme?.tag === 'other' && !isScheme(scheme.val)) throw new ResultError(undefined);
    this.#scheme = scheme;
  }

  authority(): string | undefined {
    return this.#authority;
  }

  setAuthority(authority: string | undefined): void {
    if (authority !== undefined && !isAuthority(authority)) throw new ResultError(undefined);
    this.#authority = authority;
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
    const scheme = this.#scheme ?? { tag: 'HTTPS' };
    if (scheme.tag === 'other') {
      throw new HttpFailure({ tag: 'HTTP-protocol-error' }, `${scheme.val} is no scheme of HTTP`);
    }
    if (!this.#authority) {
      throw new HttpFailure({ tag: 'HTTP-request-URI-invalid' }, 'the request has no authority');
    }
    const pipe = this.#bodyToSend();
    return {
      method: this.#method,
      scheme,
      authority: this.#authority,
      pathWithQuery: this.#pathWithQuery ?? '/',
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
export interface ReleasedRequest {
  readonly method: Method;
  readonly scheme: Scheme;
  readonly authority: string;
  readonly pathWithQuery: string;
  readonly headers: HeaderLines;
  sendBody(target: BodyTarget): void;
  readonly bodyState: BodyState;
}
