import type { CoreMemory } from '../../web-assembly.js';

/**
 * How memories get back what they held at first. `copy`: all of it is written again. `copy-on-write`: the system maps the image,
 * so that memories share what they do not write, and only what was written is written again.
 */
export type MemoryWay = 'copy' | 'copy-on-write';

/** Takes images of memories. Belongs to one thread. */
export interface MemoryImages {
  readonly way: MemoryWay;

  /** An image of what `memory` holds at this moment. */
  capture(memory: CoreMemory): MemoryImage;

  /**
   * The image that another thread of the process has shared.
   *
   * @returns `undefined` when it is gone, or when this thread can not use it: then it has to take one itself
   */
  open(shared: SharedImage): MemoryImage | undefined;
}

/** What memories hold at first, or go back to. Never changes. */
export interface MemoryImage {
  /** Bytes, whole pages of WebAssembly. */
  readonly size: number;

  /** Mapped areas that each memory of this image takes at most, besides those that every memory takes. */
  readonly furtherAreas: number;

  /**
   * Makes `memory` hold the image.
   *
   * @param memory at least as large as the image, all zero
   */
  attach(memory: CoreMemory): ResettableMemory;

  /**
   * Takes in a memory that holds the image already, as that of a new instance does.
   *
   * @param memory at least as large as the image, with zeroes beyond it
   */
  adopt(memory: CoreMemory): ResettableMemory;

  /** What another thread opens the image with. It stays good while any thread holds the image. */
  share(): SharedImage;

  /** Gives the image up in this thread: it takes no further memory, those it has go on as they are. Calling it again does nothing. */
  release(): void;
}

/** A memory that can be brought back to its image. */
export interface ResettableMemory {
  /** All that the memory holds now, grown or not. To be asked for again after anything ran that may grow it. */
  readonly bytes: Uint8Array;

  /** Makes the memory what its image is; what it has beyond the image's size becomes zero. */
  restore(): void;

  /** Bytes that this memory shares with nobody; `undefined` when that can't be told. */
  privateBytes(): number | undefined;
}

/** An image as it is posted to other threads of the process. */
export type SharedImage = SharedCopiedImage | SharedMappedImage;

export interface SharedCopiedImage {
  readonly kind: 'copied';
  readonly size: number;
  readonly pieces: readonly {
    readonly start: number;
    readonly bytes: Uint8Array<SharedArrayBuffer>;
  }[];
}

export interface SharedMappedImage {
  readonly kind: 'mapped';
  readonly size: number;
  /** Descriptor of the file that holds it, in the whole process. */
  readonly file: number;
  /** One number: how many threads hold the image. At 0 the file is closed, and `file` may be another one. */
  readonly holders: Int32Array<SharedArrayBuffer>;
}
