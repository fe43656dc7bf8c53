import { ResultError } from '../../io/index.js';
import type { Timeouts } from '../timeouts.js';

/** `wasi:http/types.request-options-error` */
type RequestOptionsError = { readonly tag: 'immutable' };

/** Resource `wasi:http/types@0.3.request-options`; durations are nanoseconds. */
export class RequestOptions {
  readonly #timeouts: Timeouts;
  readonly #isImmutable: boolean;

  constructor(timeouts: Timeouts = {}, { isImmutable = false }: { readonly isImmutable?: boolean } = {}) {
    this.#timeouts = { ...timeouts };
    this.#isImmutable = isImmutable;
  }

  getConnectTimeout(): bigint | undefined {
    return this.#timeouts.connectTimeout;
  }

  setConnectTimeout(connectTimeout: bigint | undefined): void {
    this.#set({ connectTimeout });
  }

  getFirstByteTimeout(): bigint | undefined {
    return this.#timeouts.firstByteTimeout;
  }

  setFirstByteTimeout(firstByteTimeout: bigint | undefined): void {
    this.#set({ firstByteTimeout });
  }

  getBetweenBytesTimeout(): bigint | undefined {
    return this.#timeouts.betweenBytesTimeout;
  }

  setBetweenBytesTimeout(betweenBytesTimeout: bigint | undefined): void {
    this.#set({ betweenBytesTimeout });
  }

  clone(): RequestOptions {
    return new RequestOptions(this.#timeouts);
  }

  /** For the host. */
  get timeouts(): Timeouts {
    return this.#timeouts;
  }

  #set(timeouts: Timeouts): void {
    if (this.#isImmutable) throw new ResultError<RequestOptionsError>({ tag: 'immutable' });
    Object.assign(this.#timeouts, timeouts);
  }
}
