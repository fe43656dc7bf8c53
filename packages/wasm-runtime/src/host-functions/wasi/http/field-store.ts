import { defaultGuestLimits, type GuestLimits } from '../../../limits/guest-limits.js';
import { latin1Text } from '../io/index.js';
import type { HeaderLines } from './http-exchange.js';

/** A value as it arrived (latin1 text of the wire) or as a guest set it. */
type FieldValue = string | Uint8Array;

/**
 * Names that belong to the connection, not to the message: the host sets them, guests neither see nor set them
 * (the list is wasmtime's default). The authority of a request says what `host` said.
 */
const FORBIDDEN: readonly string[] = [
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
];

/** By length, which tells most names apart from all of them: a set would have each name hashed. */
const forbiddenOfLength = Map.groupBy(FORBIDDEN, ({ length }) => length);

export function isForbidden(lowerCaseName: string): boolean {
  return forbiddenOfLength.get(lowerCaseName.length)?.includes(lowerCaseName) === true;
}

/** Token of RFC 9110 §5.6.2. */
export function isFieldName(name: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name);
}

/** Any byte but control characters; the tab is allowed (RFC 9110 §5.5). */
export function isFieldValue(value: Uint8Array): boolean {
  for (const byte of value) {
    if ((byte < 0x20 && byte !== 0x09) || byte === 0x7f) return false;
  }
  return true;
}

/**
 * The lines of a `fields` resource, in order; names in lower case. What came over the wire is bounded there; what a guest adds, by its
 * limits.
 */
export class FieldStore {
  readonly #names: string[];
  readonly #values: FieldValue[];
  readonly #limits: GuestLimits;
  /** Of names and values; counted when a line is added first, since most stores are only read. */
  #bytes: number | undefined;

  constructor(names: string[] = [], values: FieldValue[] = [], limits: GuestLimits = defaultGuestLimits) {
    this.#names = names;
    this.#values = values;
    this.#limits = limits;
  }

  /** Lines from the wire, without the forbidden ones. */
  static fromLines(lines: HeaderLines, limits: GuestLimits = defaultGuestLimits): FieldStore {
    const names: string[] = [];
    const values: FieldValue[] = [];
    for (let i = 0; i + 1 < lines.length; i += 2) {
      const name = (lines[i] as string).toLowerCase();
      if (isForbidden(name)) continue;
      names.push(name);
      values.push(lines[i + 1] as string);
    }
    return new FieldStore(names, values, limits);
  }

  toLines(): string[] {
    const lines: string[] = [];
    for (let i = 0; i < this.#names.length; i++) {
      lines.push(this.#names[i] as string, text(this.#values[i] as FieldValue));
    }
    return lines;
  }

  texts(name: string): string[] {
    return this.#values.filter((_, i) => this.#names[i] === name).map(text);
  }

  all(name: string): Uint8Array[] {
    const found: Uint8Array[] = [];
    for (let i = 0; i < this.#names.length; i++) {
      if (this.#names[i] === name) found.push(bytes(this.#values[i] as FieldValue));
    }
    return found;
  }

  has(name: string): boolean {
    return this.#names.includes(name);
  }

  entries(): [string, Uint8Array][] {
    return this.#names.map((name, i) => [name, bytes(this.#values[i] as FieldValue)]);
  }

  /** @throws LimitExceededError */
  append(name: string, value: Uint8Array): void {
    this.#assertRoom(name.length + value.length);
    this.#names.push(name);
    this.#values.push(value);
  }

  delete(name: string): void {
    for (let i = this.#names.length - 1; i >= 0; i--) {
      if (this.#names[i] !== name) continue;
      this.#names.splice(i, 1);
      this.#values.splice(i, 1);
      this.#bytes = undefined;
    }
  }

  copy(): FieldStore {
    return new FieldStore([...this.#names], [...this.#values], this.#limits);
  }

  #assertRoom(more: number): void {
    const lines = this.#names.length + 1;
    if (lines > this.#limits.values['header-lines']) {
      throw this.#limits.exceeded('header-lines', `makes headers or trailers of ${lines} lines`);
    }
    this.#bytes ??= this.#countBytes();
    if (this.#bytes + more > this.#limits.values['header-bytes']) {
      throw this.#limits.exceeded('header-bytes', `makes headers or trailers of ${this.#bytes + more} bytes`);
    }
    this.#bytes += more;
  }

  #countBytes(): number {
    return this.#names.reduce((sum, name, i) => sum + name.length + (this.#values[i]?.length ?? 0), 0);
  }
}

function bytes(value: FieldValue): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
}

function text(value: FieldValue): string {
  return typeof value === 'string' ? value : latin1Text(value);
}
