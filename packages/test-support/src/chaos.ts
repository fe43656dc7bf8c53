/** Choices that a seed determines (mulberry32). */
export class Chaos {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  happens(probability: number): boolean {
    return this.#next() < probability;
  }

  /** A whole number from 0 on. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  oneOf<T>(...choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
