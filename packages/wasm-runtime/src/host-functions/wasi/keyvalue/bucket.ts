import { type KeyResponse, keyvalueStore } from '@wasmlattice/rpc/interfaces';
import { type KeyvalueContext, wireCall } from './wire-call.js';

const storeCall = wireCall(keyvalueStore, 'wasi:keyvalue/store');

/**
 * Resource `wasi:keyvalue/store.bucket`: a name, sent along with every call (docs/spec/wrpc-interfaces.md#4).
 */
export class Bucket {
  /** What the guest passed to `open`; each provider reads it in its own way. */
  readonly identifier: string;
  readonly #context: KeyvalueContext;

  constructor(identifier: string, context: KeyvalueContext) {
    this.identifier = identifier;
    this.#context = context;
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#call('get', key) as Promise<Uint8Array | undefined>;
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    await this.#call('set', key, value);
  }

  async delete(key: string): Promise<void> {
    await this.#call('delete', key);
  }

  exists(key: string): Promise<boolean> {
    return this.#call('exists', key) as Promise<boolean>;
  }

  listKeys(cursor: bigint | undefined): Promise<KeyResponse> {
    return this.#call('list-keys', cursor) as Promise<KeyResponse>;
  }

  #call(func: string, ...params: unknown[]): Promise<unknown> {
    return storeCall(this.#context, func, this.identifier, ...params);
  }
}
