/** Bytes that are put one after the other, in a buffer that grows. */
export class ByteOutput {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(Math.max(capacity, 1024));
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** An unsigned LEB128 number of 32 bits. */
  u32(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  add(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Some bytes of another array; short ones are copied in place, since making a view costs more. */
  addRange(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length > 48) {
      this.add(bytes.subarray(start, end));
      return;
    }
    this.#reserve(length);
    const target = this.#bytes;
    let to = this.#length;
    for (let from = start; from < end; from++) target[to++] = bytes[from] as number;
    this.#length = to;
  }

  #reserve(length: number): void {
    if (this.#length + length <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
