/** Decisions read from bytes, so that a failing case shrinks with them. Once they are used up each decision is the first one. */
export class Choices {
  readonly #bytes: Uint8Array;
  #pos = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isOver(): boolean {
    return this.#pos >= this.#bytes.length;
  }

  /** A number below `count`, which is at most 256. */
  below(count: number): number {
    return this.#byte() % count;
  }

  /** In one of so many cases. */
  oneIn(count: number): boolean {
    return this.below(count) === count - 1;
  }

  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new Error('there is nothing to pick from');
    return from[this.below(from.length)] as T;
  }

  i32(): number {
    const kind = this.below(8);
    if (kind < 4) return this.#byte();
    if (kind === 4) return -this.#byte();
    if (kind === 5) return this.pick([-0x8000_0000, 0x7fff_ffff, 0x1_0000, 0x10_0001, 0xfff8]);
    return (this.#byte() << 24) | (this.#byte() << 16) | (this.#byte() << 8) | this.#byte();
  }

  #byte(): number {
    return this.#bytes[this.#pos++] ?? 0;
  }
}
