import { InvalidComponentError } from '../errors.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the primitive forms of the binary format. Positions are absolute, so that errors can name them. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #offset: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#offset = start;
    this.#end = end;
  }

  /** Position of the next byte in the file. */
  get offset(): number {
    return this.#offset;
  }

  get done(): boolean {
    return this.#offset >= this.#end;
  }

  get remaining(): number {
    return this.#end - this.#offset;
  }

  /** An error at `offset`, by default where the reader stands. */
  error(message: string, offset: number = this.#offset): InvalidComponentError {
    return new InvalidComponentError(message, offset);
  }

  byte(expected: string): number {
    const value = this.#offset < this.#end ? this.#bytes[this.#offset] : undefined;
    if (value === undefined) throw this.error(`expected ${expected}, found the end of the section`);
    this.#offset++;
    return value;
  }

  /** @param ahead how many bytes after the next one */
  peek(ahead = 0): number | undefined {
    const offset = this.#offset + ahead;
    return offset < this.#end ? this.#bytes[offset] : undefined;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  u32(expected: string): number {
    const start = this.#offset;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte(expected);
      // The fifth byte has room for four bits.
      if (shift === 28 && byte > 0x0f) throw this.error(`expected ${expected} of at most 32 bits`, start);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw this.error(`expected ${expected} of at most 32 bits`, start);
  }

  /** A UTF-8 text with its length in front. */
  name(expected: string): string {
    const start = this.#offset;
    const bytes = this.bytes(this.u32(`the length of ${expected}`), expected);
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw new InvalidComponentError(`expected ${expected} in UTF-8`, start, { cause });
    }
  }

  bytes(length: number, expected: string): Uint8Array {
    const start = this.#skip(length, expected);
    return this.#bytes.subarray(start, this.#offset);
  }

  /** A reader for the next `length` bytes, which this reader skips. */
  slice(length: number, expected: string): ByteReader {
    const start = this.#skip(length, expected);
    return new ByteReader(this.#bytes, start, this.#offset);
  }

  /** A counted list. */
  list<T>(expected: string, readItem: () => T): T[] {
    const start = this.#offset;
    const count = this.u32(`the number of ${expected}`);
    // Every item takes a byte at least; refusing here keeps a forged count from costing time.
    if (count > this.remaining) {
      throw this.error(`expected ${count} ${expected}, found only ${this.remaining} bytes`, start);
    }
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(readItem());
    return items;
  }

  /** `0x00` for nothing, `0x01` and the item. */
  optional<T>(expected: string, readItem: () => T): T | undefined {
    const start = this.#offset;
    switch (this.byte(`${expected} or its absence`)) {
      case 0x00:
        return undefined;
      case 0x01:
        return readItem();
      default:
        throw this.error(`expected 0x00 or 0x01 before ${expected}`, start);
    }
  }

  #skip(length: number, expected: string): number {
    if (length > this.remaining) {
      throw this.error(`expected ${expected} of ${length} bytes, found only ${this.remaining}`);
    }
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}
