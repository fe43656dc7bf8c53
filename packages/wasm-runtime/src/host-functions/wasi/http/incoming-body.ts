import { defaultGuestLimits, type GuestLimits } from '../../../limits/guest-limits.js';
import { type ByteSource, IdleCalls, InputStream, Pollable, ResultError, WakeUp } from '../io/index.js';
import { Children } from './children.js';
import { type ErrorCode, errorCodeOf } from './error-code.js';
import { FieldStore } from './field-store.js';
import { Fields } from './fields.js';
import type { HeaderLines } from './http-exchange.js';

/** Where an incoming body comes from: an `HttpExchange`, or the answer to an outgoing request. */
export interface IncomingBodySource {
  readonly body: ByteSource;
  /** Discards what is left of the body; see `HttpExchange.trailers`. */
  trailers(): Promise<HeaderLines | undefined>;
}

/** WIT `result<T>` without an error payload, as data. */
type Taken<T> = { readonly tag: 'ok'; readonly val: T } | { readonly tag: 'err'; readonly val: undefined };

/** Resource `wasi:http/types.incoming-body`. */
export class IncomingBody {
  readonly #source: IncomingBodySource;
  readonly #children = new Children('incoming-body');
  readonly #limits: GuestLimits;
  #streamTaken = false;

  constructor(source: IncomingBodySource, limits: GuestLimits = defaultGuestLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  static finish(body: IncomingBody): FutureTrailers {
    body.#children.assertNone('finished');
    return new FutureTrailers(body.#source.trailers(), body.#limits);
  }

  stream(): InputStream {
    if (this.#streamTaken) throw new ResultError(undefined);
    this.#streamTaken = true;
    return new BodyInputStream(this.#source.body, this.#children);
  }

  [Symbol.dispose](): void {
    this.#children.assertNone('dropped');
    if (!this.#streamTaken) this.#source.body.cancel();
  }
}

class BodyInputStream extends InputStream {
  readonly #siblings: Children;

  constructor(source: ByteSource, siblings: Children) {
    super(source);
    this.#siblings = siblings;
    siblings.added();
  }

  override dropped(): void {
    this.#siblings.dropped();
    super.dropped();
  }
}

type TrailersResult =
  | { readonly tag: 'ok'; readonly val: Fields | undefined }
  | { readonly tag: 'err'; readonly val: ErrorCode };

/** Resource `wasi:http/types.future-trailers`: yields its trailers once. */
export class FutureTrailers {
  readonly #idle = new IdleCalls();
  readonly #wakeUp = new WakeUp();
  #result: TrailersResult | undefined;
  #taken = false;

  constructor(trailers: Promise<HeaderLines | undefined>, limits: GuestLimits = defaultGuestLimits) {
    trailers.then(
      (lines) => this.#settle({ tag: 'ok', val: lines && new Fields(FieldStore.fromLines(lines, limits)) }),
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

  get(): Taken<TrailersResult> | undefined | PromiseLike<undefined> {
    if (this.#result === undefined) return this.#idle.count(undefined);
    if (this.#taken) return { tag: 'err', val: undefined };
    this.#taken = true;
    return { tag: 'ok', val: this.#result };
  }

  #settle(result: TrailersResult): void {
    this.#result = result;
    this.#wakeUp.wake();
  }
}
