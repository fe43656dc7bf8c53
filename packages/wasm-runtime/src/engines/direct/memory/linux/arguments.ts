import type { Address } from '../kernel.js';
import type { LinuxCalls } from './linux-calls.js';

/**
 * Memory for a structure that the kernel reads and writes, and where it is. Made once and used for each call. Halves of 64-bit
 * fields are set and read apart: BigInts cost more than the call.
 */
export class KernelArgument {
  readonly address: Address;
  readonly words: Uint32Array<ArrayBuffer>;

  /** @param bytes a multiple of 8 */
  constructor(calls: LinuxCalls, bytes: number) {
    // V8 does not move the bytes of an array buffer.
    const buffer = new ArrayBuffer(bytes);
    this.words = new Uint32Array(buffer);
    this.address = calls.addressOf(buffer);
  }

  /** Sets the 64-bit field `index`. */
  set(index: number, value: bigint): void {
    this.words[2 * index] = Number(value & 0xffff_ffffn);
    this.words[2 * index + 1] = Number(value >> 32n);
  }

  /** Sets the 64-bit field to `base + offset`, for offsets up to 2^52. */
  setSum(index: number, base: SplitAddress, offset: number): void {
    const low = base.low + offset;
    this.words[2 * index] = low;
    this.words[2 * index + 1] = base.high + Math.floor(low / two32);
  }

  /** What the 64-bit field is more than `base`. */
  minus(index: number, base: SplitAddress): number {
    const low = this.words[2 * index] as number;
    const high = this.words[2 * index + 1] as number;
    return (high - base.high) * two32 + (low - base.low);
  }
}

/** An address as two numbers. */
export interface SplitAddress {
  readonly low: number;
  readonly high: number;
}

export function splitAddress(address: Address): SplitAddress {
  return { low: Number(address & 0xffff_ffffn), high: Number(address >> 32n) };
}

const two32 = 2 ** 32;
