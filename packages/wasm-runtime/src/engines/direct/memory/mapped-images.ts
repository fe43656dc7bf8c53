import type { CoreMemory } from '../../web-assembly.js';
import { CopiedImage } from './copied-images.js';
import { ImageFile } from './image-file.js';
import { MappedMemory } from './mapped-memory.js';
import type { MappingTools } from './mapping-tools.js';
import type {
  MemoryImage,
  MemoryImages,
  ResettableMemory,
  SharedImage,
  SharedMappedImage,
} from './memory-images.js';

/** Images that memories map, each memory with pages of its own for what it writes. */
export class MappedImages implements MemoryImages {
  readonly way = 'copy-on-write';
  readonly #tools: MappingTools;
  readonly #smallest: number;
  readonly #released = new FinalizationRegistry<ImageFile>((file) => file.release());

  /** @param smallest bytes of the smallest memory that is mapped; what is smaller is copied in less time */
  constructor(tools: MappingTools, smallest: number) {
    this.#tools = tools;
    this.#smallest = smallest;
  }

  capture(memory: CoreMemory): MemoryImage {
    const bytes = new Uint8Array(memory.buffer);
    if (bytes.length < this.#smallest) return CopiedImage.of(bytes);
    try {
      return this.#image(ImageFile.create(this.#tools.kernel, bytes), bytes.length);
    } catch (error) {
      // There may be no descriptor left, or no mapped area.
      this.#tools.onUnmapped?.(error);
      return CopiedImage.of(bytes);
    }
  }

  open(shared: SharedImage): MemoryImage | undefined {
    if (shared.kind === 'copied') return CopiedImage.open(shared);
    const file = ImageFile.open(this.#tools.kernel, shared.file, shared.holders);
    if (file === undefined) return undefined;
    try {
      return this.#image(file, shared.size);
    } catch {
      return undefined;
    }
  }

  #image(file: ImageFile, size: number): MemoryImage {
    try {
      const image = new MappedImage(this.#tools, file, size);
      this.#released.register(image, file);
      return image;
    } catch (error) {
      file.release();
      throw error;
    }
  }
}

class MappedImage implements MemoryImage {
  readonly size: number;
  /** What a memory grows beyond its image is an area of its own, and so is what it grows after that one is watched. */
  readonly furtherAreas = 2;
  readonly #tools: MappingTools;
  readonly #file: ImageFile;
  readonly #bytes: Uint8Array;

  /** @throws KernelError */
  constructor(tools: MappingTools, file: ImageFile, size: number) {
    this.size = size;
    this.#tools = tools;
    this.#file = file;
    this.#bytes = new Uint8Array(tools.kernel.view(file.file, size));
  }

  attach(memory: CoreMemory): ResettableMemory {
    const { length } = new Uint8Array(memory.buffer);
    if (length < this.size) {
      throw new RangeError(`a memory of ${length} bytes can not hold an image of ${this.size}`);
    }
    // Its number may be that of another file by now.
    if (this.#file.isReleased) throw new Error('the image was released');
    return new MappedMemory(this.#tools, memory, this.#bytes, this.#file.file);
  }

  adopt(memory: CoreMemory): ResettableMemory {
    return this.attach(memory);
  }

  share(): SharedMappedImage {
    return { kind: 'mapped', size: this.size, file: this.#file.file, holders: this.#file.holders };
  }

  release(): void {
    this.#file.release();
  }
}
