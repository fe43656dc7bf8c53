import type { CoreMemory } from '../../web-assembly.js';

/** All of a memory, whatever its size. */
export class MemoryView {
  readonly #memory: CoreMemory;
  #bytes: Uint8Array<ArrayBuffer>;

  constructor(memory: CoreMemory) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.buffer);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    // Growing a memory leaves the views of it without length.
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.#memory.buffer);
    return this.#bytes;
  }
}
