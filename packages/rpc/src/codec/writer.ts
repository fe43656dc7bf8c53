const slabBytes = 64 * 1024;

// Messages are handed to NATS, which keeps them until it flushes: what was written is never reused, the next value
// continues behind it. A writer takes the slab while it works, so that an encode within an encode gets its own.
let spareSlab: Buffer | undefined;
let spareStart = 0;

/** Collects the bytes of a value. */
export class Writer {
  bytes: Buffer;
  pos: number;
  #start: number;

  constructor() {
    if (spareSlab && slabBytes - spareStart >= 256) {
      this.bytes = spareSlab;
      this.#start = spareStart;
      spareSlab = undefined;
    } else {
      this.bytes = Buffer.allocUnsafeSlow(slabBytes);
      this.#start = 0;
    }
    this.pos = this.#start;
  }

  get length(): number {
    return this.pos - this.#start;
  }

  /** What was written; the writer must not be used afterwards. */
  finish(): Uint8Array {
    const written = this.bytes.subarray(this.#start, this.pos);
    if (this.bytes.length === slabBytes) {
      spareSlab = this.bytes;
      spareStart = this.pos;
    }
    return written;
  }

  /** Makes room for `n` more bytes. */
  reserve(n: number): void {
    if (this.bytes.length - this.pos >= n) return;
    const length = this.pos - this.#start;
    const capacity = Math.max(slabBytes, (length + n) * 2);
    // One large blob needs no room to grow.
    const grown = Buffer.allocUnsafeSlow(n > slabBytes ? length + n + 1024 : capacity);
    grown.set(this.bytes.subarray(this.#start, this.pos));
    this.bytes = grown;
    this.#start = 0;
    this.pos = length;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.pos++] = value;
  }

  /** Unsigned LEB128 of an integer up to 2⁵³. */
  unsigned(value: number): void {
    this.reserve(10);
    const { bytes } = this;
    let rest = value;
    while (rest > 0x7fff_ffff) {
      bytes[this.pos++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      bytes[this.pos++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.pos++] = rest;
  }

  /** Signed LEB128 of a 32-bit integer. */
  signed(value: number): void {
    this.reserve(5);
    const { bytes } = this;
    let rest = value;
    while (rest < -0x40 || rest > 0x3f) {
      bytes[this.pos++] = (rest & 0x7f) | 0x80;
      rest >>= 7;
    }
    bytes[this.pos++] = rest & 0x7f;
  }

  unsigned64(value: bigint): void {
    let rest = value;
    while (rest > 0x1f_ffff_ffff_ffffn) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.unsigned(Number(rest));
  }

  signed64(value: bigint): void {
    let rest = value;
    while (rest < -0x8000_0000n || rest > 0x7fff_ffffn) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.signed(Number(rest));
  }

  f32(value: number): void {
    this.reserve(4);
    this.pos = this.bytes.writeFloatLE(Number.isNaN(value) ? Number.NaN : value, this.pos);
  }

  f64(value: number): void {
    this.reserve(8);
    this.pos = this.bytes.writeDoubleLE(Number.isNaN(value) ? Number.NaN : value, this.pos);
  }

  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.bytes.set(value, this.pos);
    this.pos += value.length;
  }

  /** A well-formed string, with its byte length before it. */
  string(value: string): void {
    const { length } = value;
    // At most 3 bytes for each UTF-16 unit: below 43 units the length takes one byte.
    if (length < 43) {
      this.reserve(1 + length * 3);
      const { bytes } = this;
      const start = this.pos + 1;
      let pos = start;
      for (let i = 0; i < length; i++) {
        const unit = value.charCodeAt(i);
        if (unit >= 0x80) {
          pos = start + bytes.write(value, start, 'utf8');
          break;
        }
        bytes[pos++] = unit;
      }
      bytes[this.pos] = pos - start;
      this.pos = pos;
      return;
    }
    const size = Buffer.byteLength(value, 'utf8');
    this.unsigned(size);
    this.reserve(size);
    this.pos += this.bytes.write(value, this.pos, 'utf8');
  }

  /** UTF-8 without a length. */
  char(value: string): void {
    this.reserve(4);
    this.pos += this.bytes.write(value, this.pos, 'utf8');
  }
}
