import { type SharedMemory, webAssembly } from '../engines/web-assembly.js';

/** A piece of shared memory. Can be posted to other threads as it is. */
export interface CellBlock {
  readonly memory: SharedMemory;
  /** In bytes, as is `length`. */
  readonly offset: number;
  readonly length: number;
}

/** Cells in a cache line. What different threads write often is better in different lines. */
export const cellsPerLine = 16;

const lineBytes = cellsPerLine * Int32Array.BYTES_PER_ELEMENT;
const pageBytes = 65_536;

/**
 * Makes pieces of shared memory, all zero. Many are in one `WebAssembly.Memory`, since each of those counts as a linear
 * memory of the process. Nothing is ever handed out again: a memory goes when nobody refers to a piece of it any more.
 */
export class CellAllocator {
  #memory: SharedMemory | undefined;
  #used = 0;

  allocate(lines: number): CellBlock {
    const length = lines * lineBytes;
    let memory = this.#memory;
    if (memory === undefined || this.#used + length > memory.buffer.byteLength) {
      const pages = Math.ceil(length / pageBytes);
      memory = new webAssembly.Memory({ initial: pages, maximum: pages, shared: true });
      this.#memory = memory;
      this.#used = 0;
    }
    const offset = this.#used;
    this.#used += length;
    return { memory, offset, length };
  }
}

export function viewCells({ memory, offset, length }: CellBlock): Int32Array<SharedArrayBuffer> {
  return new Int32Array(memory.buffer, offset, length / Int32Array.BYTES_PER_ELEMENT);
}

/** Where a cell is in its memory, in bytes. */
export function cellAddress({ offset }: CellBlock, cell: number): number {
  return offset + cell * Int32Array.BYTES_PER_ELEMENT;
}
