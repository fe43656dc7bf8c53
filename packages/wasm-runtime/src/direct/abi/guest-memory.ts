/** What is needed of a `WebAssembly.Memory`. */
export interface LinearMemory {
  readonly buffer: ArrayBuffer;
}

/** Views of a guest's memory, taken anew when the memory has grown. */
export class GuestMemory {
  readonly #memory: LinearMemory;
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  /** The same bytes, for what only a `Buffer` does fast: strings. */
  buffer: Buffer<ArrayBuffer>;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
    const { buffer } = memory;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.buffer = Buffer.from(buffer);
  }

  /** Call after guest code may have run and before a view is used. Growing detaches a view, which leaves it without length. */
  refresh(): void {
    if (this.bytes.length === 0) this.#takeViews();
  }

  #takeViews(): void {
    const { buffer } = this.#memory;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.buffer = Buffer.from(buffer);
  }
}
