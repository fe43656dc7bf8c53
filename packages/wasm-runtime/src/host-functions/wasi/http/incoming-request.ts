import { defaultGuestLimits, type GuestLimits } from '../../../limits/guest-limits.js';
import { ResultError } from '../io/index.js';
import { Children } from './children.js';
import { HttpFailure } from './error-code.js';
import { FieldStore } from './field-store.js';
import { Fields } from './fields.js';
import type { HttpExchange } from './http-exchange.js';
import { IncomingBody } from './incoming-body.js';
import { type Method, methodFromText, type Scheme, schemeFromText } from './message-head.js';

/** Resource `wasi:http/types.incoming-request` over the request of an exchange. */
export class IncomingRequest {
  readonly #exchange: HttpExchange;
  readonly #children = new Children('incoming-request');
  readonly #limits: GuestLimits;
  #headers: FieldStore | undefined;
  #consumed = false;

  constructor(exchange: HttpExchange, limits: GuestLimits = defaultGuestLimits) {
    this.#exchange = exchange;
    this.#limits = limits;
  }

  method(): Method {
    return methodFromText(this.#exchange.request.method);
  }

  pathWithQuery(): string | undefined {
    return this.#exchange.request.pathWithQuery;
  }

  scheme(): Scheme | undefined {
    return schemeFromText(this.#exchange.request.scheme);
  }

  authority(): string | undefined {
    return this.#exchange.request.authority;
  }

  headers(): Fields {
    this.#headers ??= FieldStore.fromLines(this.#exchange.request.headers, this.#limits);
    return new Fields(this.#headers, this.#children);
  }

  consume(): IncomingBody {
    if (this.#consumed) throw new ResultError(undefined);
    this.#consumed = true;
    return new IncomingBody(this.#exchange, this.#limits);
  }

  /**
   * The host passes the request on.
   * @throws HttpFailure when the guest has taken its body
   */
  forward(): HttpExchange {
    this.#children.assertNone('passed on');
    if (this.#consumed) {
      const message = 'the body of the request was taken before the request was passed on';
      throw new HttpFailure({ tag: 'internal-error', val: message }, message);
    }
    this.#consumed = true;
    return this.#exchange;
  }

  [Symbol.dispose](): void {
    this.#children.assertNone('dropped');
    if (!this.#consumed) this.#exchange.body.cancel();
  }
}
