import { ResultError } from '../io/index.js';
import { HttpFailure } from './error-code.js';
import { isFieldName } from './field-store.js';
import { isAuthority, isPathWithQuery, isScheme, type Method, type Scheme } from './message-head.js';

/** What a request begins with, as a guest sets it. */
export interface RequestParts {
  readonly method: Method;
  readonly pathWithQuery: string | undefined;
  readonly scheme: Scheme | undefined;
  readonly authority: string | undefined;
}

/** The same, complete and fit to be sent. */
export interface SendableParts extends RequestParts {
  readonly pathWithQuery: string;
  readonly scheme: Scheme;
  readonly authority: string;
}

/** Method, scheme, authority and path of a request that a guest makes, in any version of `wasi:http`. */
export class RequestLine {
  #parts: RequestParts;

  constructor(parts: Partial<RequestParts> = {}) {
    this.#parts = {
      method: { tag: 'get' },
      pathWithQuery: undefined,
      scheme: undefined,
      authority: undefined,
      ...parts,
    };
  }

  get parts(): RequestParts {
    return this.#parts;
  }

  setMethod(method: Method): void {
    // A method is a token, as a field name is.
    if (method.tag === 'other' && !isFieldName(method.val)) throw new ResultError(undefined);
    this.#set({ method });
  }

  setPathWithQuery(pathWithQuery: string | undefined): void {
    if (pathWithQuery !== undefined && !isPathWithQuery(pathWithQuery)) throw new ResultError(undefined);
    this.#set({ pathWithQuery });
  }

  setScheme(scheme: Scheme | undefined): void {
    if (scheme?.tag === 'other' && !isScheme(scheme.val)) throw new ResultError(undefined);
    this.#set({ scheme });
  }

  setAuthority(authority: string | undefined): void {
    if (authority !== undefined && !isAuthority(authority)) throw new ResultError(undefined);
    this.#set({ authority });
  }

  /** @throws HttpFailure when a request with it can't be sent */
  toSend(): SendableParts {
    const { method, pathWithQuery = '/', scheme = { tag: 'HTTPS' }, authority } = this.#parts;
    if (scheme.tag === 'other') {
      throw new HttpFailure({ tag: 'HTTP-protocol-error' }, `${scheme.val} is no scheme of HTTP`);
    }
    if (!authority) {
      throw new HttpFailure({ tag: 'HTTP-request-URI-invalid' }, 'the request has no authority');
    }
    return { method, pathWithQuery, scheme, authority };
  }

  #set(part: Partial<RequestParts>): void {
    this.#parts = { ...this.#parts, ...part };
  }
}
