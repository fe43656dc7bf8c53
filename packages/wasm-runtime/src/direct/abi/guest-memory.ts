/** What is needed of a `WebAssembly.Memory`. */
export interface LinearMemory {
  readonly buffer: ArrayBuffer;
}

/** Views of a guest's memory. Growing the memory detaches them, so that they have to be asked for anew after guest code ran. */
export class GuestMemory {
  readonly #memory: LinearMemory;
  /** Whether the views are those of the present buffer shows in their length: a detached view has none. */
  u8: Uint8Array<ArrayBuffer>;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
    this.u8 = new Uint8Array(memory.buffer);
  }

  /** Call after guest code may have run and before a view is used. */
  refresh(): void {
    if (this.u8.length === 0) this.u8 = new Uint8Array(this.#memory.buffer);
  }
}
