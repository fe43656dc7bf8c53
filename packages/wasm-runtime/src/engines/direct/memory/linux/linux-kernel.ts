import { ftruncateSync, readFileSync, writeSync } from 'node:fs';
import { findPieces } from '../copied-images.js';
import { type Address, type Kernel, KernelError, type PageMap, type WriteWatch } from '../kernel.js';
import { LinuxCalls } from './linux-calls.js';
import { LinuxWriteWatch } from './linux-write-watch.js';
import { PageMapFile } from './page-map-file.js';
import { PageScan } from './page-scan.js';

const protection = { read: 1, write: 2 };
const map = { private: 2, fixed: 0x10, anonymous: 0x20, fixedNoReplace: 0x10_0000 };
const dontNeed = 4;
const memfd = { closeOnExec: 1, allowSealing: 2, noExecSeal: 8 };
const addSeals = 1033;
const seal = { seal: 1, shrink: 2, grow: 4, write: 8 };

/** Linux, called through `node:ffi`. */
export class LinuxKernel implements Kernel {
  readonly pageSize: number;
  readonly #calls: LinuxCalls;
  readonly #views: FinalizationRegistry<View>;

  /** @throws KernelError where that is not possible */
  constructor() {
    const calls = new LinuxCalls();
    this.#calls = calls;
    this.pageSize = calls.pageSize;
    this.#views = new FinalizationRegistry(({ address, size }) => calls.munmap(address, size));
  }

  addressOf(buffer: ArrayBuffer): Address {
    return this.#calls.addressOf(buffer);
  }

  createFile(bytes: Uint8Array): number {
    const file = this.#createEmptyFile();
    try {
      ftruncateSync(file, bytes.length);
      for (const [start, end] of findPieces(bytes)) writeAll(file, bytes, start, end);
      this.#calls.fcntl(file, addSeals, seal.seal | seal.shrink | seal.grow | seal.write);
      return file;
    } catch (error) {
      this.#calls.close(file);
      throw error;
    }
  }

  closeFile(file: number): void {
    this.#calls.close(file);
  }

  mapOver(address: Address, size: number, file: number): void {
    const readWrite = protection.read | protection.write;
    try {
      this.#calls.mmap(address, size, readWrite, map.private | map.fixed, file);
    } catch (error) {
      // Kernels may have taken away by then what was there.
      this.#fillHole(address, size);
      throw error;
    }
  }

  view(file: number, size: number): ArrayBuffer {
    const address = this.#calls.mmap(0n, size, protection.read, map.private, file);
    const buffer = this.#calls.bufferAt(address, size);
    this.#views.register(buffer, { address, size });
    return buffer;
  }

  drop(address: Address, size: number): void {
    this.#calls.madvise(address, size, dontNeed);
  }

  openPageMap(): PageMap {
    try {
      return new PageScan(this.#calls);
    } catch {
      return new PageMapFile(this.#calls);
    }
  }

  openWriteWatch(): WriteWatch {
    // Filters of system calls often forbid this one, and some end the process that tries.
    if (hasSystemCallFilter()) throw new KernelError('userfaultfd: system calls are filtered');
    return new LinuxWriteWatch(this.#calls);
  }

  #fillHole(address: Address, size: number): void {
    const flags = map.private | map.anonymous | map.fixedNoReplace;
    try {
      this.#calls.mmap(address, size, protection.read | protection.write, flags, -1);
    } catch {
      // There is no hole.
    }
  }

  #createEmptyFile(): number {
    const flags = memfd.closeOnExec | memfd.allowSealing;
    try {
      // Kernels before 6.3 do not know this flag; others may be told to insist on it.
      return this.#calls.memfdCreate('wasmlattice-image', flags | memfd.noExecSeal);
    } catch {
      return this.#calls.memfdCreate('wasmlattice-image', flags);
    }
  }
}

interface View {
  readonly address: Address;
  readonly size: number;
}

function writeAll(file: number, bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; ) at += writeSync(file, bytes, at, end - at, at);
}

function hasSystemCallFilter(): boolean {
  return /^Seccomp:\s*2$/m.test(readFileSync('/proc/self/status', 'utf8'));
}
