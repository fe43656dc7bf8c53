import type { HeaderLines } from './http-exchange.js';

/** A value as it arrived (latin1 text of the wire) or as a guest set it. */
type FieldValue = string | Uint8Array;

/**
 * Names that belong to the connection, not to the message: the host sets them, guests neither see nor set them
 * (the list is wasmtime's default). The authority of a request says what `host` said.
 */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

export function isForbidden(lowerCaseName: string): boolean {
  return FORBIDDEN.has(lowerCaseName);
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

/** The lines of a `fields` resource, in order; names in lower case. */
export class FieldStore {
  readonly #names: string[];
  readonly #values: FieldValue[];

  constructor(names: string[] = [], values: FieldValue[] = []) {
    this.#names = names;
    this.#values = values;
  }

  /** Lines from the wire, without the forbidden ones. */
  static fromLines(lines: HeaderLines): FieldStore {
    const names: string[] = [];
    const values: FieldValue[] = [];
    for (let i = 0; i + 1 < lines.length; i += 2) {
      const name = (lines[i] as string).toLowerCase();
      if (FORBIDDEN.has(name)) continue;
      names.push(name);
      values.push(lines[i + 1] as string);
    }
    return new FieldStore(names, values);
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

  append(name: string, value: Uint8Array): void {
    this.#names.push(name);
    this.#values.push(value);
  }

  delete(name: string): void {
    for (let i = this.#names.length - 1; i >= 0; i--) {
      if (this.#names[i] !== name) continue;
      this.#names.splice(i, 1);
      this.#values.splice(i, 1);
    }
  }

  copy(): FieldStore {
    return new FieldStore([...this.#names], [...this.#values]);
  }
}

function bytes(value: FieldValue): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
}

function text(value: FieldValue): string {
  if (typeof value === 'string') return value;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
}
