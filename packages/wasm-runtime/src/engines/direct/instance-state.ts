import type { CoreGlobal, CoreMemory, CoreTable } from '../web-assembly.js';
import type { MemoryImage, MemoryImages, ResettableMemory } from './memory/index.js';

/** How far a memory grew, and what it was refused. Sizes are in pages of 64 KiB. */
export interface MemoryGrowth {
  readonly pages: CoreGlobal;
  /** By how much it was to grow and did not, if the last `memory.grow` was refused; else 0. */
  readonly refused: CoreGlobal;
  readonly maximum: number | undefined;
}

/** Handles to all that the core instances of one component instance can change. */
export interface StateHandles {
  readonly memories: readonly CoreMemory[];
  /** The memories as their images gave them out; none where they were not attached. */
  readonly attached: readonly ResettableMemory[];
  readonly globals: readonly CoreGlobal[];
  readonly growths: readonly MemoryGrowth[];
  /** Only those that the guest's code may write. */
  readonly tables: readonly CoreTable[];
}

/**
 * A memory that an invocation grew by more than this is given up with its instance: clearing 16 MiB takes longer than a new
 * instance of most guests, and what is kept for later is kept from others.
 */
const maxGrowthBytes = 16 * 1024 * 1024;

/** Putting larger memories back, all of which a reset writes to, takes longer than making a new instance. */
export const maxMemoryBytes: number = 64 * 1024 * 1024;

/** Reading a table makes a JavaScript function of each entry; beyond this, new instances cost less. */
const maxTableEntries = 4096;

/**
 * The first state of an instance: memories, globals, tables. Memories are the same in every instance of a component, since
 * nothing but its own code has run so far, so that all of them share one image.
 */
export class InstanceState {
  readonly #handles: StateHandles;
  readonly #images: readonly MemoryImage[];
  readonly #memories: readonly ResettableMemory[];
  readonly #globals: readonly unknown[];
  readonly #tables: readonly (readonly unknown[])[];

  private constructor(handles: StateHandles, images: readonly MemoryImage[]) {
    this.#handles = handles;
    this.#images = images;
    const { memories, attached } = handles;
    this.#memories = memories.map(
      (memory, index) => attached[index] ?? (images[index] as MemoryImage).adopt(memory),
    );
    this.#globals = handles.globals.map(({ value }) => value);
    this.#tables = handles.tables.map(readTable);
  }

  /**
   * @param take takes images, if there are none yet
   * @param images those of another instance of the same component
   * @returns why the state can't be restored, if so
   */
  static capture(
    handles: StateHandles,
    take: () => MemoryImages,
    images: readonly MemoryImage[] | undefined,
  ): InstanceState | string {
    const { memories, tables } = handles;
    if (tables.some(({ length }) => length > maxTableEntries)) return 'it writes a very large table';
    if (memories.some(({ buffer }) => buffer.byteLength > maxMemoryBytes)) {
      return `it begins with more than ${maxMemoryBytes} bytes of memory`;
    }
    // JavaScript knows one NaN only, while the guest sees the bits of many.
    if (handles.globals.some(({ value }) => Number.isNaN(value))) return 'a global begins as NaN';
    const own = images ?? memories.map((memory) => take().capture(memory));
    if (memories.some(({ buffer }, index) => buffer.byteLength !== own[index]?.size)) {
      return 'its start code found no room to grow its memory';
    }
    return new InstanceState(handles, own);
  }

  get images(): readonly MemoryImage[] {
    return this.#images;
  }

  /** What the instance holds on to. */
  get bytes(): number {
    let bytes = 0;
    for (const memory of this.#memories) bytes += memory.bytes.length;
    return bytes;
  }

  /** @returns false when the instance can't be brought back, or is not worth it */
  restore(): boolean {
    if (!this.#isRestorable()) return false;
    const { globals, tables } = this.#handles;
    for (const memory of this.#memories) memory.restore();
    for (let i = 0; i < globals.length; i++) (globals[i] as CoreGlobal).value = this.#globals[i];
    for (let i = 0; i < tables.length; i++) writeTable(tables[i] as CoreTable, this.#tables[i] ?? []);
    return true;
  }

  #isRestorable(): boolean {
    const { tables } = this.#handles;
    for (let i = 0; i < tables.length; i++) {
      if (tables[i]?.length !== this.#tables[i]?.length) return false;
    }
    for (let i = 0; i < this.#images.length; i++) {
      const grown = (this.#memories[i] as ResettableMemory).bytes.length - (this.#images[i]?.size ?? 0);
      if (grown > maxGrowthBytes) return false;
    }
    return true;
  }
}

function readTable(table: CoreTable): unknown[] {
  return Array.from({ length: table.length }, (_, index) => table.get(index));
}

function writeTable(table: CoreTable, entries: readonly unknown[]): void {
  for (const [index, entry] of entries.entries()) if (table.get(index) !== entry) table.set(index, entry);
}
