import { defaultGuestLimits, type GuestLimits } from '../../../limits/guest-limits.js';
import { ResultError } from '../io/index.js';
import type { Children } from './children.js';
import { checkedName, checkedValue } from './field-checks.js';
import { FieldStore } from './field-store.js';

/** `wasi:http/types.header-error` */
export interface HeaderError {
  readonly tag: 'invalid-syntax' | 'forbidden' | 'immutable';
}

/**
 * Resource `wasi:http/types.fields`, also known as headers and trailers. Names are compared and given in lower case.
 * Fields that belong to a message (`parent`) can't be changed; a guest clones them first.
 */
export class Fields {
  readonly #store: FieldStore;
  readonly #parent: Children | undefined;

  constructor(store: FieldStore = new FieldStore(), parent?: Children) {
    this.#store = store;
    this.#parent = parent;
    parent?.added();
  }

  static fromList(
    entries: readonly (readonly [string, Uint8Array])[],
    limits: GuestLimits = defaultGuestLimits,
  ): Fields {
    const store = new FieldStore([], [], limits);
    for (const [name, value] of entries) store.append(checkedName(name), checkedValue(value));
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
    for (const value of values) store.append(key, value);
  }

  delete(name: string): void {
    const key = checkedName(name);
    this.#writable().delete(key);
  }

  append(name: string, value: Uint8Array): void {
    const key = checkedName(name);
    checkedValue(value);
    this.#writable().append(key, value);
  }

  entries(): [string, Uint8Array][] {
    return this.#store.entries();
  }

  clone(): Fields {
    return new Fields(this.#store.copy());
  }

  /** The host takes the resource over: its lines, for good. Fields of another message are copied. */
  release(): FieldStore {
    if (this.#parent === undefined) return this.#store;
    this.#parent.dropped();
    return this.#store.copy();
  }

  [Symbol.dispose](): void {
    this.#parent?.dropped();
  }

  #writable(): FieldStore {
    if (this.#parent !== undefined) throw new ResultError<HeaderError>({ tag: 'immutable' });
    return this.#store;
  }
}
