import type { Pointer } from './layout.js';

/** What is needed of a `WebAssembly.Memory`. */
export interface LinearMemory {
  readonly buffer: ArrayBuffer;
}

export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

export interface NumberArrayType {
  new (buffer: ArrayBuffer): NumberArray;
  from(elements: never[]): NumberArray;
  readonly BYTES_PER_ELEMENT: number;
}

const nothing: LinearMemory = { buffer: new ArrayBuffer(0) };

/** Views of a guest's memory, taken anew when the memory has grown. */
export class GuestMemory {
  /** For functions that need no memory. */
  static readonly none: GuestMemory = new GuestMemory(nothing);

  readonly #memory: LinearMemory;
  readonly pointer: Pointer;
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  /** The same bytes, for what only a `Buffer` does fast: strings. */
  buffer: Buffer<ArrayBuffer>;
  readonly #numbers = new Map<NumberArrayType, NumberArray>();

  constructor(memory: LinearMemory, pointer: Pointer = 'i32') {
    this.#memory = memory;
    this.pointer = pointer;
    const { buffer } = memory;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.buffer = Buffer.from(buffer);
  }

  /** Call after guest code may have run and before a view is used. Growing detaches a view, which leaves it without length. */
  refresh(): void {
    if (this.bytes.length === 0 && this.#memory !== nothing) this.#takeViews();
  }

  /** The memory as numbers of one kind. */
  numbers(type: NumberArrayType): NumberArray {
    const known = this.#numbers.get(type);
    if (known !== undefined) return known;
    const view = new type(this.bytes.buffer);
    this.#numbers.set(type, view);
    return view;
  }

  #takeViews(): void {
    const { buffer } = this.#memory;
    this.#numbers.clear();
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.buffer = Buffer.from(buffer);
  }
}
