import { closeSync, openSync } from 'node:fs';
import type { Address, FoundRange, PageMap } from '../kernel.js';
import { KernelArgument, type SplitAddress, splitAddress } from './arguments.js';
import type { LinuxCalls } from './linux-calls.js';

/** `_IOWR('f', 16, struct pm_scan_arg)` */
const pagemapScan = 0xc060_6610n;

/** 64-bit fields of `struct pm_scan_arg`. */
const field = {
  size: 0,
  start: 2,
  end: 3,
  walkEnd: 4,
  ranges: 5,
  rangesLength: 6,
  categoryInverted: 8,
  categoryMask: 9,
  categoryAnyOf: 10,
  returnMask: 11,
};
const argumentBytes = 96;

/** Fields of `struct page_region`. */
const rangeFields = 3;
const rangesLength = 512;

const category = { written: 2n, file: 4n, present: 8n, swapped: 16n };

/** What `PAGEMAP_SCAN` tells, which Linux 6.7 and later have. */
export class PageScan implements PageMap {
  readonly name = 'PAGEMAP_SCAN';
  readonly #calls: LinuxCalls;
  readonly #file: number;
  readonly #ranges: KernelArgument;
  readonly #private: KernelArgument;
  readonly #written: KernelArgument;
  readonly #resident: KernelArgument;
  #lastAddress: Address = 0n;
  #last: SplitAddress = splitAddress(0n);

  /** @throws KernelError, and the errors of `node:fs` */
  constructor(calls: LinuxCalls) {
    this.#calls = calls;
    this.#ranges = new KernelArgument(calls, rangesLength * rangeFields * 8);
    // Pages of a file that only move are swapped and of a file. A page without a category is not there.
    this.#private = this.#argument(category.file, category.file, category.present | category.swapped);
    this.#written = this.#argument(0n, category.written, 0n);
    this.#resident = this.#argument(category.file, category.file | category.present, 0n);
    this.#file = openSync('/proc/self/pagemap', 'r');
    try {
      this.#scan(this.#private, 0n, calls.pageSize, () => {});
    } catch (error) {
      closeSync(this.#file);
      throw error;
    }
  }

  findPrivate(address: Address, size: number, found: FoundRange): void {
    this.#scan(this.#private, address, size, found);
  }

  findWritten(address: Address, size: number, found: FoundRange): void {
    this.#scan(this.#written, address, size, found);
  }

  privateBytes(address: Address, size: number): number {
    let sum = 0;
    this.#scan(this.#resident, address, size, (start, end) => {
      sum += end - start;
    });
    return sum;
  }

  close(): void {
    closeSync(this.#file);
  }

  #argument(inverted: bigint, mask: bigint, anyOf: bigint): KernelArgument {
    const argument = new KernelArgument(this.#calls, argumentBytes);
    argument.set(field.size, BigInt(argumentBytes));
    argument.set(field.ranges, this.#ranges.address);
    argument.set(field.rangesLength, BigInt(rangesLength));
    argument.set(field.categoryInverted, inverted);
    argument.set(field.categoryMask, mask);
    argument.set(field.categoryAnyOf, anyOf);
    argument.set(field.returnMask, mask);
    return argument;
  }

  #scan(argument: KernelArgument, address: Address, size: number, found: FoundRange): void {
    const base = this.#split(address);
    argument.setSum(field.end, base, size);
    for (let start = 0; start < size; start = argument.minus(field.walkEnd, base)) {
      argument.setSum(field.start, base, start);
      const count = this.#calls.ioctl(this.#file, pagemapScan, argument.address);
      for (let i = 0; i < count; i++) {
        found(this.#ranges.minus(i * rangeFields, base), this.#ranges.minus(i * rangeFields + 1, base));
      }
    }
  }

  /** The memory that is reset is often the one before. */
  #split(address: Address): SplitAddress {
    if (address !== this.#lastAddress) {
      this.#lastAddress = address;
      this.#last = splitAddress(address);
    }
    return this.#last;
  }
}
