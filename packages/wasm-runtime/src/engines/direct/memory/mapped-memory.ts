import type { CoreMemory } from '../../web-assembly.js';
import type { Address, FoundRange } from './kernel.js';
import type { MappingTools } from './mapping-tools.js';
import type { ResettableMemory } from './memory-images.js';

/**
 * What a memory grew is cleared by writing zeroes, since a page that is given back costs more when it is written again; beyond this
 * many bytes in a row it is given back.
 */
const largestCleared = 4 * 1024 * 1024;

/** How the kernel is asked what was written. */
type Tracking =
  /** Not at all: the memory is elsewhere than its mapping, or could not be mapped. All of it is copied. */
  | 'none'
  /** By what is private: whatever was written since it was mapped. */
  | 'private'
  /** By what was written since the last time that all was forgotten. */
  | 'written';

/** A memory that maps its image. */
export class MappedMemory implements ResettableMemory {
  readonly #tools: MappingTools;
  readonly #memory: CoreMemory;
  readonly #image: Uint8Array;
  readonly #address: Address;
  #bytes: Uint8Array;
  #tracking: Tracking;
  /** Bytes that are watched; what the memory grew by since then counts as written. */
  #watched = 0;
  /** The first reset tells that the memory is one that is reset, which watching it is worth. */
  #isWatchable: boolean;
  /** Bytes that were put back by the present reset. */
  #restored = 0;
  /** Bytes that the first reset put back after all was forgotten: about what an invocation writes. */
  #needed: number | undefined = 0;
  /** Bytes that resets have put back without need since then. */
  #wasted = 0;

  /**
   * @param memory holds nothing but zeroes, or `image` with zeroes beyond it
   * @param file a file that holds `image`
   */
  constructor(tools: MappingTools, memory: CoreMemory, image: Uint8Array, file: number) {
    this.#tools = tools;
    this.#memory = memory;
    this.#image = image;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#address = tools.kernel.addressOf(memory.buffer);
    this.#isWatchable = tools.writeWatch !== undefined;
    this.#tracking = this.#map(file);
  }

  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#renewBytes();
    return this.#bytes;
  }

  restore(): void {
    const { length } = this.bytes;
    this.#restored = 0;
    try {
      this.#find(length, this.#restoreRange);
    } catch {
      this.#restoreAll();
      return;
    }
    if (this.#tracking === 'none') return;
    if (this.#isWatchable) this.#watch();
    this.#forgetIfWorthIt();
  }

  privateBytes(): number | undefined {
    const { length } = this.bytes;
    if (this.#tracking === 'none') return length;
    try {
      return this.#tools.pageMap.privateBytes(this.#address, length);
    } catch {
      return undefined;
    }
  }

  #map(file: number): Tracking {
    try {
      this.#tools.kernel.mapOver(this.#address, this.#image.length, file);
      return 'private';
    } catch (error) {
      this.#tools.onUnmapped?.(error);
      this.#isWatchable = false;
      this.#bytes.set(this.#image);
      return 'none';
    }
  }

  #renewBytes(): void {
    const { buffer } = this.#memory;
    this.#bytes = new Uint8Array(buffer);
    if (this.#tools.kernel.addressOf(buffer) === this.#address) return;
    // Where V8 has no room after a memory, it grows in another place.
    this.#tracking = 'none';
    this.#isWatchable = false;
  }

  #find(length: number, found: FoundRange): void {
    const { pageMap } = this.#tools;
    if (this.#tracking === 'none') this.#restoreAll();
    else if (this.#tracking === 'private') pageMap.findPrivate(this.#address, length, found);
    else pageMap.findWritten?.(this.#address, length, found);
  }

  readonly #restoreRange: FoundRange = (start, end) => {
    const { length } = this.#image;
    this.#restored += end - start;
    if (start < length) this.#bytes.set(this.#image.subarray(start, Math.min(end, length)), start);
    if (end > length) this.#clear(Math.max(start, length), end);
  };

  #clear(start: number, end: number): void {
    if (end - start < largestCleared) this.#bytes.fill(0, start, end);
    else this.#tools.kernel.drop(this.#address + BigInt(start), end - start);
  }

  #restoreAll(): void {
    this.#bytes.set(this.#image);
    this.#bytes.fill(0, this.#image.length);
  }

  /** From now on, what was written is what will have been written since now. */
  #watch(): void {
    this.#isWatchable = false;
    try {
      const { length } = this.#bytes;
      this.#tools.writeWatch?.watch(this.#address, length);
      this.#watched = length;
      this.#tracking = 'written';
    } catch {
      // Its pages can be found without.
    }
  }

  /** A page that was written once is put back by each reset. To give all of them back costs more, so it is done once as much was wasted. */
  #forgetIfWorthIt(): void {
    this.#needed ??= this.#restored;
    this.#wasted += this.#restored - this.#needed + this.#restored * doubt;
    const { perByteWritten, perByteOfImage } = forgettingCost;
    if (this.#wasted > perByteWritten * this.#needed + perByteOfImage * this.#image.length) this.#forget();
  }

  /** Gives all private pages back: the memory is as if it had been attached just now. */
  #forget(): void {
    const { kernel, writeWatch } = this.#tools;
    this.#needed = undefined;
    this.#wasted = 0;
    try {
      if (this.#tracking === 'written') {
        writeWatch?.unwatch(this.#address, this.#watched);
        this.#tracking = 'private';
        this.#isWatchable = true;
      }
      kernel.drop(this.#address, this.#bytes.length);
    } catch {
      // Nothing is lost but time.
    }
  }
}

/** What forgetting costs, as bytes that can be copied meanwhile: faults of pages that are written, and read, for the first time again. Measured. */
const forgettingCost = { perByteWritten: 16, perByteOfImage: 2.5 };

/** The invocation that showed what is needed may have been an unusual one: this part of everything counts as wasted. */
const doubt = 1 / 16;
