/** Where something is in the address space of the process. */
export type Address = bigint;

/** What copy-on-write memories ask of the operating system. Belongs to one thread. */
export interface Kernel {
  /** Bytes of a page of memory. */
  readonly pageSize: number;

  /** Where the first byte of `buffer` is, as long as it is not detached. */
  addressOf(buffer: ArrayBuffer): Address;

  /**
   * A file in memory with these bytes, of which nothing can ever change: memories that map it can not lose what is under them.
   *
   * @returns its descriptor, to be given to {@link closeFile}
   * @throws KernelError
   */
  createFile(bytes: Uint8Array): number;

  closeFile(file: number): void;

  /**
   * Maps the first `size` bytes of a file over what is at `address`. Whoever writes there gets a page of his own.
   *
   * @param size whole pages of memory that the caller answers for
   * @throws KernelError what was there is there still, or is zero now
   */
  mapOver(address: Address, size: number, file: number): void;

  /**
   * The first `size` bytes of a file, to be read only: writing ends the process. The mapping goes when the buffer is collected.
   *
   * @throws KernelError
   */
  view(file: number, size: number): ArrayBuffer;

  /**
   * Gives up what was written there: mapped pages are those of the file again, others zero.
   *
   * @throws KernelError
   */
  drop(address: Address, size: number): void;

  /** @throws KernelError */
  openPageMap(): PageMap;

  /**
   * What tells of pages that are written from now on.
   *
   * @throws KernelError
   */
  openWriteWatch(): WriteWatch;
}

/** What the system knows of the pages of this process. */
export interface PageMap {
  /** How it is asked, for logs. */
  readonly name: string;

  /**
   * Finds what the `size` bytes at `address` do not share with a file: pages that were written, be they in memory or swapped out.
   *
   * @param found told of each range, as bytes from `address`, in ascending order
   * @throws KernelError
   */
  findPrivate(address: Address, size: number, found: FoundRange): void;

  /**
   * Finds what was written since {@link WriteWatch.watch}; where nothing is watched, all that is there. Absent where the system has no such thing.
   *
   * @throws KernelError
   */
  findWritten?(address: Address, size: number, found: FoundRange): void;

  /** Bytes of it that are shared with nobody. */
  privateBytes(address: Address, size: number): number;

  close(): void;
}

export type FoundRange = (start: number, end: number) => void;

export interface WriteWatch {
  /**
   * Notes what is written to this range from now on. {@link PageMap.findPrivate} takes all of it for private meanwhile.
   * The watch ends by itself when the range is unmapped.
   *
   * @throws KernelError
   */
  watch(address: Address, size: number): void;

  /** @throws KernelError */
  unwatch(address: Address, size: number): void;

  close(): void;
}

/** The operating system did not do what it was asked to. */
export class KernelError extends Error {
  override readonly name = 'KernelError';

  /** @param operation with the error it ended with: `mmap: out of memory` */
  constructor(operation: string, options?: ErrorOptions) {
    super(operation, options);
  }
}
