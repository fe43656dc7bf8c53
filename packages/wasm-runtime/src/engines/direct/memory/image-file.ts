import type { Kernel } from './kernel.js';

/** The file that holds an image, as one thread holds it. The last thread that releases it closes it. */
export class ImageFile {
  /** Descriptor of the file. */
  readonly file: number;
  readonly holders: Int32Array<SharedArrayBuffer>;
  readonly #kernel: Kernel;
  #isReleased = false;

  private constructor(kernel: Kernel, file: number, holders: Int32Array<SharedArrayBuffer>) {
    this.#kernel = kernel;
    this.file = file;
    this.holders = holders;
  }

  /** @throws KernelError */
  static create(kernel: Kernel, bytes: Uint8Array): ImageFile {
    const holders = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    holders[0] = 1;
    return new ImageFile(kernel, kernel.createFile(bytes), holders);
  }

  /** @returns `undefined` when nobody holds it any more */
  static open(kernel: Kernel, file: number, holders: Int32Array<SharedArrayBuffer>): ImageFile | undefined {
    for (let held = Atomics.load(holders, 0); held > 0; ) {
      const seen = Atomics.compareExchange(holders, 0, held, held + 1);
      if (seen === held) return new ImageFile(kernel, file, holders);
      held = seen;
    }
    return undefined;
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** Calling it again does nothing. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (Atomics.sub(this.holders, 0, 1) === 1) this.#kernel.closeFile(this.file);
  }
}
