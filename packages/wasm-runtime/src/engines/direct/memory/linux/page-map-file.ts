import { closeSync, openSync, readSync } from 'node:fs';
import { type Address, type FoundRange, KernelError, type PageMap } from '../kernel.js';
import type { LinuxCalls } from './linux-calls.js';

/** Bytes of an entry. */
const entryBytes = 8;

/** In the upper half of an entry. */
const bit = { file: 1 << 29, swapped: 1 << 30, present: 1 << 31 };

const entriesLength = 4096;

/** What `/proc/self/pagemap` tells, an entry for each page. */
export class PageMapFile implements PageMap {
  readonly name = '/proc/self/pagemap';
  readonly #pageSize: number;
  readonly #file: number;
  readonly #entries = new Uint32Array(entriesLength * 2);

  /** @throws the errors of `node:fs` */
  constructor({ pageSize }: LinuxCalls) {
    this.#pageSize = pageSize;
    this.#file = openSync('/proc/self/pagemap', 'r');
  }

  findPrivate(address: Address, size: number, found: FoundRange): void {
    const pageSize = this.#pageSize;
    const firstPage = Number(address / BigInt(pageSize));
    const pages = size / pageSize;
    let start = -1;
    for (let page = 0; page < pages; page++) {
      const at = page % entriesLength;
      if (at === 0) this.#read(firstPage + page, Math.min(entriesLength, pages - page));
      const entry = this.#entries[2 * at + 1] as number;
      const isPrivate = (entry & (bit.present | bit.swapped)) !== 0 && (entry & bit.file) === 0;
      if (isPrivate && start < 0) start = page;
      if (!isPrivate && start >= 0) {
        found(start * pageSize, page * pageSize);
        start = -1;
      }
    }
    if (start >= 0) found(start * pageSize, size);
  }

  privateBytes(address: Address, size: number): number {
    let sum = 0;
    this.findPrivate(address, size, (start, end) => {
      sum += end - start;
    });
    return sum;
  }

  close(): void {
    closeSync(this.#file);
  }

  #read(page: number, count: number): void {
    const read = readSync(this.#file, this.#entries, 0, count * entryBytes, page * entryBytes);
    if (read !== count * entryBytes) throw new KernelError(`${this.name}: read ${read} bytes`);
  }
}
