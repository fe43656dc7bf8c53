import type { DynamicLibraryResult } from 'node:ffi';
import { endianness } from 'node:os';
import { getSystemErrorMessage } from 'node:util';
import { type Address, KernelError } from '../kernel.js';
import { type Ffi, loadFfi } from './load-ffi.js';

const definitions = {
  mmap: { arguments: ['uint64', 'uint64', 'int32', 'int32', 'int32', 'int64'], return: 'uint64' },
  munmap: { arguments: ['uint64', 'uint64'], return: 'int32' },
  madvise: { arguments: ['uint64', 'uint64', 'int32'], return: 'int32' },
  memfd_create: { arguments: ['string', 'uint32'], return: 'int32' },
  fcntl: { arguments: ['int32', 'int32', 'int32'], return: 'int32' },
  ioctl: { arguments: ['int32', 'uint64', 'uint64'], return: 'int32' },
  close: { arguments: ['int32'], return: 'int32' },
  sysconf: { arguments: ['int32'], return: 'int64' },
  syscall: { arguments: ['int64', 'int64'], return: 'int64' },
  __errno_location: { arguments: [], return: 'pointer' },
} as const;

/** The only number used in this folder that is not the same on both. */
const userfaultfdNumbers: Readonly<Record<string, bigint>> = { x64: 323n, arm64: 282n };

const nowhere = 0xffff_ffff_ffff_ffffn;
const pageSizeName = 30;

/** Calls of the C library that this process has, be it glibc or musl. What fails is thrown as a {@link KernelError}. */
export class LinuxCalls {
  /** Bytes of a page. */
  readonly pageSize: number;
  readonly #ffi: Ffi;
  readonly #library: DynamicLibraryResult<typeof definitions>;
  readonly #userfaultfd: bigint;

  /** @throws KernelError on other platforms, and where this process must not call native code */
  constructor() {
    if (process.platform !== 'linux') throw new KernelError(`the platform is ${process.platform}, not linux`);
    const userfaultfd = userfaultfdNumbers[process.arch];
    if (userfaultfd === undefined || endianness() !== 'LE') {
      throw new KernelError(`the architecture is ${process.arch}, neither x64 nor arm64`);
    }
    this.#userfaultfd = userfaultfd;
    this.#ffi = loadFfi();
    try {
      this.#library = this.#ffi.dlopen(null, definitions);
    } catch (cause) {
      throw new KernelError(`node:ffi: ${(cause as Error).message}`, { cause });
    }
    this.pageSize = Number(this.#library.functions.sysconf(pageSizeName));
  }

  /** Where the first byte is. Good for as long as the buffer is neither detached nor collected. */
  addressOf(buffer: ArrayBuffer): Address {
    return this.#ffi.getRawPointer(buffer);
  }

  /** A buffer of the bytes at `address`, which it does not own. */
  bufferAt(address: Address, size: number): ArrayBuffer {
    return this.#ffi.toArrayBuffer(address, size, false);
  }

  mmap(address: Address, size: number, protection: number, flags: number, file: number): Address {
    const mapped = this.#library.functions.mmap(address, BigInt(size), protection, flags, file, 0n);
    if (mapped === nowhere) throw this.#failure('mmap');
    return mapped;
  }

  munmap(address: Address, size: number): void {
    this.#check('munmap', this.#library.functions.munmap(address, BigInt(size)));
  }

  madvise(address: Address, size: number, advice: number): void {
    this.#check('madvise', this.#library.functions.madvise(address, BigInt(size), advice));
  }

  memfdCreate(name: string, flags: number): number {
    return this.#check('memfd_create', this.#library.functions.memfd_create(name, flags));
  }

  fcntl(file: number, operation: number, argument: number): number {
    return this.#check('fcntl', this.#library.functions.fcntl(file, operation, argument));
  }

  ioctl(file: number, request: bigint, argument: Address): number {
    return this.#check('ioctl', this.#library.functions.ioctl(file, request, argument));
  }

  userfaultfd(flags: number): number {
    return this.#check(
      'userfaultfd',
      Number(this.#library.functions.syscall(this.#userfaultfd, BigInt(flags))),
    );
  }

  close(file: number): void {
    this.#library.functions.close(file);
  }

  #check(operation: string, result: number): number {
    if (result < 0) throw this.#failure(operation);
    return result;
  }

  /** To be called right after what failed, before anything else makes an error of its own. */
  #failure(operation: string): KernelError {
    const errno = this.#ffi.getInt32(this.#library.functions.__errno_location(), 0);
    return new KernelError(`${operation}: ${getSystemErrorMessage(-errno)}`);
  }
}
