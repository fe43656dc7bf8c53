import { isUtf8 } from 'node:buffer';
import { CodecError } from './codec-error.js';
import { type CodecLimits, defaultCodecLimits } from './limits.js';

// Making a string from bytes is a call out of V8 that costs more than all else about a short string. So a window of text
// is made at once, and short strings are cut out of it. What is cut keeps its window: therefore it is small.
const windowBytes = 1024;
/** Longer strings are worth a call of their own. */
const maxWindowed = 64;

/** A cursor over bytes that hold a whole value; every method throws {@link CodecError} `truncated` at the end. */
export class Reader {
  bytes: Uint8Array;
  pos = 0;
  end: number;
  /** List elements seen so far, as {@link CodecLimits.maxElements} counts them. */
  elements = 0;
  /** Memory of the list elements read so far, besides what is as long as their bytes are. */
  heapBytes = 0;
  readonly limits: CodecLimits;
  /** The bytes from `windowStart` to `windowEnd`, each as one character. */
  #window = '';
  #windowStart = 0;
  #windowEnd = 0;

  constructor(bytes: Uint8Array, limits: CodecLimits = defaultCodecLimits) {
    this.bytes = bytes;
    this.end = bytes.length;
    this.limits = limits;
  }

  /** Goes on with other bytes. */
  protected replace(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.pos = 0;
    this.end = bytes.length;
    this.#windowEnd = 0;
  }

  /** Counts `n` list elements against the limit. */
  countElements(n: number): void {
    this.elements += n;
    if (this.elements > this.limits.maxElements) {
      throw new CodecError(
        'limit-elements',
        `value has more than ${this.limits.maxElements} list elements, where large and empty ones count for several; raise maxElements to accept it`,
      );
    }
  }

  byte(): number {
    if (this.pos >= this.end) throw truncated();
    return this.bytes[this.pos++] as number;
  }

  /** Position of the next `n` bytes, which are then consumed. */
  skip(n: number): number {
    const start = this.pos;
    if (n > this.end - start) throw truncated();
    this.pos = start + n;
    return start;
  }

  u16(): number {
    const a = this.byte();
    if (a < 0x80) return a;
    const b = this.byte();
    if (b < 0x80) return (a & 0x7f) | (b << 7);
    const c = this.byte();
    if (c > 0x03) throw badInteger('u16');
    return (a & 0x7f) | ((b & 0x7f) << 7) | (c << 14);
  }

  u32(): number {
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    byte = this.byte();
    if (byte > 0x0f) throw badInteger('u32');
    return value + byte * 0x1000_0000;
  }

  u64(): bigint {
    let low = 0;
    let scale = 1;
    for (let i = 0; i < 7; i++) {
      const byte = this.byte();
      low += (byte & 0x7f) * scale;
      if (byte < 0x80) return BigInt(low);
      scale *= 128;
    }
    const seventh = this.byte();
    let high = seventh & 0x7f;
    if (seventh >= 0x80) {
      const eighth = this.byte();
      high |= (eighth & 0x7f) << 7;
      if (eighth >= 0x80) {
        const last = this.byte();
        if (last > 0x01) throw badInteger('u64');
        high |= last << 14;
      }
    }
    return BigInt(low) + (BigInt(high) << 49n);
  }

  s16(): number {
    const a = this.byte();
    if (a < 0x80) return (a << 25) >> 25;
    const b = this.byte();
    if (b < 0x80) return (((a & 0x7f) | (b << 7)) << 18) >> 18;
    const c = this.byte();
    if (c > 0x01 && c !== 0x7e && c !== 0x7f) throw badInteger('s16');
    return (((a & 0x7f) | ((b & 0x7f) << 7) | (c << 14)) << 16) >> 16;
  }

  s32(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value << (25 - shift)) >> (25 - shift);
    }
    const last = this.byte();
    if (last > 0x07 && (last < 0x78 || last > 0x7f)) throw badInteger('s32');
    return value | (last << 28);
  }

  s64(): bigint {
    let low = 0;
    let scale = 1;
    for (let i = 0; i < 7; i++) {
      const byte = this.byte();
      low += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return BigInt(byte & 0x40 ? low - scale : low);
    }
    const seventh = this.byte();
    let high = seventh & 0x7f;
    if (seventh < 0x80) return BigInt(low) + (BigInt((high << 25) >> 25) << 49n);
    const eighth = this.byte();
    high |= (eighth & 0x7f) << 7;
    if (eighth < 0x80) return BigInt(low) + (BigInt((high << 18) >> 18) << 49n);
    const last = this.byte();
    if (last !== 0x00 && last !== 0x7f) throw badInteger('s64');
    high |= (last & 1) << 14;
    return BigInt(low) + (BigInt((high << 17) >> 17) << 49n);
  }

  f32(): number {
    const start = this.skip(4);
    for (let i = 0; i < 4; i++) floatBytes[i] = this.bytes[start + i] as number;
    return float32[0] as number;
  }

  f64(): number {
    const start = this.skip(8);
    for (let i = 0; i < 8; i++) floatBytes[i] = this.bytes[start + i] as number;
    return float64[0] as number;
  }

  bool(): boolean {
    const byte = this.byte();
    if (byte > 1) throw new CodecError('bad-bool', `byte 0x${byte.toString(16)} is no bool`);
    return byte === 1;
  }

  char(): string {
    const first = this.byte();
    if (first < 0x80) return String.fromCharCode(first);
    const length = utf8Length(first);
    if (length === 0) throw new CodecError('bad-char', 'char does not start a UTF-8 sequence');
    const start = this.skip(length - 1) - 1;
    return this.#text(start, this.pos, 'bad-char');
  }

  string(): string {
    const length = this.u32();
    if (length === 0) return '';
    const start = this.skip(length);
    if (length <= maxWindowed && isAscii(this.bytes, start, this.pos))
      return this.#fromWindow(start, this.pos);
    return this.#text(start, this.pos, 'bad-utf8');
  }

  /** A copy: the message a value came in is neither kept alive nor shared. */
  blob(): Uint8Array {
    const length = this.u32();
    const start = this.skip(length);
    const copy = new Uint8Array(length);
    copy.set(this.bytes.subarray(start, this.pos));
    return copy;
  }

  /** Fails unless everything was read. */
  finish(): void {
    if (this.pos !== this.end) throw trailing(this.end - this.pos);
  }

  #fromWindow(start: number, end: number): string {
    if (start < this.#windowStart || end > this.#windowEnd) {
      this.#windowStart = start;
      this.#windowEnd = Math.min(start + windowBytes, this.end);
      this.#window = asBuffer(this.bytes).toString('latin1', start, this.#windowEnd);
    }
    return this.#window.slice(start - this.#windowStart, end - this.#windowStart);
  }

  #text(start: number, end: number, code: 'bad-char' | 'bad-utf8'): string {
    return decodeUtf8(this.bytes, start, end, code);
  }
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  let seen = 0;
  for (let i = start; i < end; i++) seen |= bytes[i] as number;
  return seen < 0x80;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Strict UTF-8. */
export function decodeUtf8(
  bytes: Uint8Array,
  start: number,
  end: number,
  code: 'bad-char' | 'bad-utf8',
): string {
  const buffer = asBuffer(bytes);
  const text = buffer.toString('utf8', start, end);
  // Only invalid bytes or a literal U+FFFD decode to U+FFFD: the second pass is for those alone.
  if (text.includes('\ufffd') && !isUtf8(buffer.subarray(start, end))) {
    throw new CodecError(code, code === 'bad-char' ? 'char is not valid UTF-8' : 'string is not valid UTF-8');
  }
  return text;
}

/** Length of the UTF-8 sequence that `first` starts; 0 when it starts none. */
export function utf8Length(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

export function truncated(): CodecError {
  return new CodecError('truncated', 'the bytes end before the value does');
}

export function trailing(count: number): CodecError {
  return new CodecError('trailing-bytes', `${count} bytes follow the value`);
}

function badInteger(kind: string): CodecError {
  return new CodecError('bad-integer', `LEB128 number does not fit ${kind}`);
}

// Floats go through a shared 8-byte cell; a DataView for each message would cost more. The wire and every platform
// Node.js runs on with wasm are little-endian.
const float64 = new Float64Array(1);
const float32 = new Float32Array(float64.buffer, 0, 1);
const floatBytes = new Uint8Array(float64.buffer);
