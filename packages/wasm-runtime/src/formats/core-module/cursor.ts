import { MalformedModuleError } from './errors.js';

const utf8 = new TextDecoder();

/** A position in a core module. Reading beyond `end` throws a {@link MalformedModuleError}. */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  pos: number;

  constructor(bytes: Uint8Array, pos = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.pos = pos;
    this.end = end;
  }

  get done(): boolean {
    return this.pos >= this.end;
  }

  error(message: string): MalformedModuleError {
    return new MalformedModuleError(message, this.pos);
  }

  byte(): number {
    const byte = this.pos < this.end ? this.bytes[this.pos] : undefined;
    if (byte === undefined) throw this.error('expected more bytes');
    this.pos++;
    return byte;
  }

  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0xffff_ffff) break;
        return value;
      }
    }
    throw this.error('expected a number of at most 32 bits');
  }

  /** An unsigned number of up to 64 bits; beyond 2^53 the nearest that JavaScript has. */
  u64(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw this.error('expected a number of at most 64 bits');
  }

  /** A LEB128 number of at most `maxBytes`, signed or not. */
  skipLeb(maxBytes: number): void {
    const { bytes } = this;
    const limit = Math.min(this.pos + maxBytes, this.end);
    for (let pos = this.pos; pos < limit; pos++) {
      if ((bytes[pos] as number) < 0x80) {
        this.pos = pos + 1;
        return;
      }
    }
    throw this.error(`expected a number of at most ${maxBytes} bytes`);
  }

  skip(length: number): void {
    if (length > this.end - this.pos) throw this.error(`expected ${length} more bytes`);
    this.pos += length;
  }

  name(): string {
    const length = this.u32();
    const start = this.pos;
    this.skip(length);
    return utf8.decode(this.bytes.subarray(start, this.pos));
  }

  /** Calls `read` for each item of a list. A forged count ends where the bytes end, since every item has some. */
  each(read: (index: number) => void): number {
    const count = this.u32();
    if (count > this.end - this.pos) throw this.error(`expected ${count} items`);
    for (let index = 0; index < count; index++) read(index);
    return count;
  }

  /** A cursor over the next `length` bytes, which this one skips. */
  slice(length: number): Cursor {
    const start = this.pos;
    this.skip(length);
    return new Cursor(this.bytes, start, this.pos);
  }
}
