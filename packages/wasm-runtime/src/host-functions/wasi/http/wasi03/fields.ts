import { defaultGuestLimits, type GuestLimits } from '../../../../limits/guest-limits.js';
import { LimitExceededError } from '../../../../limits/limit-exceeded-error.js';
import { ResultError } from '../../io/index.js';
import { checkedName, checkedValue } from '../field-checks.js';
import { FieldStore } from '../field-store.js';

/** `wasi:http/types.header-error` */
export type HeaderError =
  | { readonly tag: 'invalid-syntax' | 'forbidden' | 'immutable' | 'size-exceeded' }
  | { readonly tag: 'other'; readonly val: string | undefined };

/**
 * Resource `wasi:http/types@0.3.fields`, also known as headers and trailers. Names are compared and given in lower case. Fields of a
 * message can't be changed; a guest clones them first.
 */
export class Fields {
  readonly #store: FieldStore;
  readonly #isImmutable: boolean;

  constructor(
    store: FieldStore = new FieldStore(),
    { isImmutable = false }: { readonly isImmutable?: boolean } = {},
  ) {
    this.#store = store;
    this.#isImmutable = isImmutable;
  }

  static fromList(
    entries: readonly (readonly [string, Uint8Array])[],
    limits: GuestLimits = defaultGuestLimits,
  ): Fields {
    const store = new FieldStore([], [], limits);
    for (const [name, value] of entries) append(store, checkedName(name), checkedValue(value));
    return new Fields(store);
  }

  get(name: string): Uint8Array[] {
    return this.#store.all(name.toLowerCase());
  }

  has(name: string): boolean {
    return this.#store.has(name.toLowerCase());
  }

  set(name: string, values: readonly Uint8Array[]): void {
    const key = checkedName(name);
    for (const value of values) checkedValue(value);
    const store = this.#writable();
    store.delete(key);
    for (const value of values) append(store, key, value);
  }

  delete(name: string): void {
    const key = checkedName(name);
    this.#writable().delete(key);
  }

  getAndDelete(name: string): Uint8Array[] {
    const key = checkedName(name);
    const store = this.#writable();
    const values = store.all(key);
    store.delete(key);
    return values;
  }

  append(name: string, value: Uint8Array): void {
    const key = checkedName(name);
    checkedValue(value);
    append(this.#writable(), key, value);
  }

  copyAll(): [string, Uint8Array][] {
    return this.#store.entries();
  }

  clone(): Fields {
    return new Fields(this.#store.copy());
  }

  /** The host takes the resource over: its lines, for good. Fields of another message are copied. */
  release(): FieldStore {
    return this.#isImmutable ? this.#store.copy() : this.#store;
  }

  #writable(): FieldStore {
    if (this.#isImmutable) throw new ResultError<HeaderError>({ tag: 'immutable' });
    return this.#store;
  }
}

/** The class with constructors that know the limits. What it makes, and what the host makes, are its instances alike. */
export function limitedFields(limits: GuestLimits): typeof Fields {
  function LimitedFields(): Fields {
    return new Fields(new FieldStore([], [], limits));
  }
  LimitedFields.prototype = Fields.prototype;
  LimitedFields.fromList = (entries: Parameters<typeof Fields.fromList>[0]): Fields =>
    Fields.fromList(entries, limits);
  return LimitedFields as unknown as typeof Fields;
}

/** What 0.2 has no error for, and traps on, a guest of 0.3 is told. */
function append(store: FieldStore, name: string, value: Uint8Array): void {
  try {
    store.append(name, value);
  } catch (cause) {
    if (cause instanceof LimitExceededError) throw new ResultError<HeaderError>({ tag: 'size-exceeded' });
    throw cause;
  }
}
