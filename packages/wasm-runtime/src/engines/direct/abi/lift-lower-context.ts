import type { AbiInstance } from './abi-instance.js';
import type { AbiPart } from './abi-part.js';
import { AbiTrap } from './abi-trap.js';
import type { CanonOptions, CoreFunction } from './core-types.js';
import { GuestMemory } from './guest-memory.js';
import type { Lendable } from './handle-table.js';
import { toAddress } from './ranges.js';
import { type StringCoder, stringCoders } from './string-coders.js';

/**
 * Least budget of a call in bytes. A guest may point at the same bytes many times, so that what it passes can be larger
 * than its memory; honest guests with little memory do so with constants.
 */
const leastBudget = 16 * 1024 * 1024;

/** Most bytes of one string or list: MAX_STRING_BYTE_LENGTH and MAX_LIST_BYTE_LENGTH of the canonical ABI. */
const longestRange = (1 << 28) - 1;

/** One lift or lower of one part: everything that values need to get across. Reused for every call. */
export class LiftLowerContext {
  readonly part: AbiPart;
  readonly instance: AbiInstance;
  /** Names the function in messages. */
  readonly label: string;
  readonly memory: GuestMemory;
  readonly strings: StringCoder;
  /** Core values of the call under way; the part's, since there is one call at a time. */
  readonly flat: (number | bigint)[];
  /** Length of what {@link StringCoder.write} wrote, in the code units of the encoding. */
  written = 0;
  /** What this call borrowed, where that can be observed: when the function takes owned handles as well. */
  lent: Lendable[] | undefined;
  /** Whether values go from one part to another: ends of streams and futures then stay what they are. */
  isBetweenParts = false;
  readonly #realloc: CoreFunction | undefined;
  #budget = 0;
  #elements = 0;

  constructor(part: AbiPart, label: string, options: CanonOptions, tracksLends: boolean) {
    this.part = part;
    this.instance = part.instance;
    this.label = label;
    this.memory = options.memory ?? GuestMemory.none;
    this.strings = stringCoders[options.encoding];
    this.flat = part.flat;
    this.lent = tracksLends ? [] : undefined;
    this.#realloc = options.realloc;
  }

  /** At the start of each call, and whenever guest code has run since. */
  enter(): void {
    this.memory.refresh();
    const { values } = this.instance.limits;
    this.#budget = Math.min(Math.max(this.memory.bytes.length, leastBudget), values['host-call-bytes']);
    this.#elements = values['host-call-elements'];
  }

  trap(what: string): AbiTrap {
    return new AbiTrap(`${this.label}: ${what}`);
  }

  /**
   * Traps unless a range lies within the memory and starts as aligned as it has to, and unless everything this call
   * has read stays within bounds. To be called before anything of that size is allocated.
   */
  checkRead(address: number, size: number, align: number, what: string): void {
    this.checkRange(address, size, align, what);
    if (size > longestRange) throw this.trap(`${what} of ${size} bytes is longer than ${longestRange}`);
    this.#budget -= size;
    if (this.#budget < 0) throw this.#passesTooMuch();
  }

  /** Traps when the lists of one call have more elements than the host makes objects for. */
  countElements(count: number): void {
    this.#elements -= count;
    if (this.#elements < 0) {
      throw this.instance.limits.exceeded(
        'host-call-elements',
        `passes lists with more elements by ${this.label}`,
      );
    }
  }

  checkRange(address: number, size: number, align: number, what: string): void {
    if ((address & (align - 1)) !== 0) {
      throw this.trap(`${what} at ${address} is not aligned to ${align} bytes`);
    }
    if (address + size > this.memory.bytes.length) {
      throw this.trap(
        `${what} of ${size} bytes at ${address} is beyond the end of the memory, ${this.memory.bytes.length} bytes`,
      );
    }
  }

  /** Has the guest allocate `size` bytes. */
  allocate(align: number, size: number, what: string): number {
    return this.reallocate(0, 0, align, size, what);
  }

  /** Has the guest make `size` bytes of what were `oldSize` at `old`. */
  reallocate(old: number, oldSize: number, align: number, size: number, what: string): number {
    const { instance, part } = this;
    if (this.#realloc === undefined) throw this.trap(`${what} needs the option realloc, which is missing`);
    if (size > 0xffff_ffff) throw this.trap(`${what} of ${size} bytes is larger than any memory`);
    part.mayLeave = false;
    try {
      instance.unsuspended.enter();
      const address = part.tasks.aside(() => this.#callRealloc(old, oldSize, align, size));
      this.memory.refresh();
      this.checkRange(address, size, align, `the memory allocated for ${what}`);
      part.mayLeave = true;
      return address;
    } catch (error) {
      throw instance.fail(error);
    } finally {
      instance.unsuspended.leave();
    }
  }

  #callRealloc(old: number, oldSize: number, align: number, size: number): number {
    const realloc = this.#realloc as CoreFunction;
    return this.memory.pointer === 'i32'
      ? (realloc(old, oldSize, align, size) as number) >>> 0
      : toAddress(realloc(BigInt(old), BigInt(oldSize), BigInt(align), BigInt(size)));
  }

  #passesTooMuch(): Error {
    const { limits } = this.instance;
    return Math.max(this.memory.bytes.length, leastBudget) < limits.values['host-call-bytes']
      ? this.trap('the guest passes more data than its memory holds')
      : limits.exceeded('host-call-bytes', `passes more data by ${this.label}`);
  }

  /** Undoes what this call borrowed. */
  returnLent(): void {
    const { lent } = this;
    if (lent === undefined) return;
    for (const handle of lent) handle.lends--;
    lent.length = 0;
  }
}
