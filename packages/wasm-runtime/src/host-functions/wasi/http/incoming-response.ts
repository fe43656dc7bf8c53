import { defaultGuestLimits, type GuestLimits } from '../../../limits/guest-limits.js';
import { IdleCalls, Pollable, ResultError, WakeUp } from '../io/index.js';
import { Children } from './children.js';
import { type ErrorCode, errorCodeOf } from './error-code.js';
import { FieldStore } from './field-store.js';
import { Fields } from './fields.js';
import type { HttpResponseHead } from './http-exchange.js';
import { IncomingBody, type IncomingBodySource } from './incoming-body.js';

/** The answer to an outgoing request. */
export interface ResponseSource extends IncomingBodySource {
  readonly head: HttpResponseHead;
}

/** Resource `wasi:http/types.incoming-response`. */
export class IncomingResponse {
  readonly #source: ResponseSource;
  readonly #headers: FieldStore;
  readonly #children = new Children('incoming-response');
  readonly #limits: GuestLimits;
  #consumed = false;

  constructor(source: ResponseSource, limits: GuestLimits = defaultGuestLimits) {
    this.#source = source;
    this.#limits = limits;
    this.#headers = FieldStore.fromLines(source.head.headers, limits);
  }

  status(): number {
    return this.#source.head.status;
  }

  headers(): Fields {
    return new Fields(this.#headers, this.#children);
  }

  consume(): IncomingBody {
    if (this.#consumed) throw new ResultError(undefined);
    this.#consumed = true;
    return new IncomingBody(this.#source, this.#limits);
  }

  [Symbol.dispose](): void {
    this.#children.assertNone('dropped');
    if (!this.#consumed) this.#source.body.cancel();
  }
}

type ResponseResult =
  | { readonly tag: 'ok'; readonly val: IncomingResponse }
  | { readonly tag: 'err'; readonly val: ErrorCode };

/** Resource `wasi:http/types.future-incoming-response`: yields its response once. */
export class FutureIncomingResponse {
  readonly #idle = new IdleCalls();
  readonly #wakeUp = new WakeUp();
  #result: ResponseResult | undefined;
  #taken = false;
  #dropped = false;
  readonly #onDropped: () => void;
  readonly #limits: GuestLimits;

  /** @param onDropped called when the guest gives up before the response is there */
  constructor(
    response: Promise<ResponseSource>,
    onDropped: () => void = () => {},
    limits: GuestLimits = defaultGuestLimits,
  ) {
    this.#onDropped = onDropped;
    this.#limits = limits;
    response.then(
      (source) => this.#received(source),
      (cause: unknown) => this.#settle({ tag: 'err', val: errorCodeOf(cause) }),
    );
  }

  subscribe(): Pollable {
    return new Pollable(
      {
        isReady: () => this.#result !== undefined,
        ready: () => (this.#result === undefined ? this.#wakeUp.promise() : Promise.resolve()),
      },
      this.#idle,
    );
  }

  get():
    | { tag: 'ok'; val: ResponseResult }
    | { tag: 'err'; val: undefined }
    | undefined
    | PromiseLike<undefined> {
    if (this.#result === undefined) return this.#idle.count(undefined);
    if (this.#taken) return { tag: 'err', val: undefined };
    this.#taken = true;
    return { tag: 'ok', val: this.#result };
  }

  [Symbol.dispose](): void {
    this.#dropped = true;
    if (this.#result === undefined) this.#onDropped();
    if (!this.#taken && this.#result?.tag === 'ok') this.#result.val[Symbol.dispose]();
  }

  #received(source: ResponseSource): void {
    if (this.#dropped) source.body.cancel();
    else this.#settle({ tag: 'ok', val: new IncomingResponse(source, this.#limits) });
  }

  #settle(result: ResponseResult): void {
    this.#result = result;
    this.#wakeUp.wake();
  }
}
