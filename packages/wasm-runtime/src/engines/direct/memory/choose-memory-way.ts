import { type CoreMemory, webAssembly } from '../../web-assembly.js';
import { CopiedImages } from './copied-images.js';
import type { Kernel } from './kernel.js';
import { LinuxKernel } from './linux/linux-kernel.js';
import { MappedImages } from './mapped-images.js';
import { closeMappingTools, type MappingTools, openMappingTools } from './mapping-tools.js';
import type { MemoryImages, MemoryWay, ResettableMemory } from './memory-images.js';

/** `auto`: what is faster on this machine. */
export type MemoryWayWish = MemoryWay | 'auto';

/** How this process resets memories. Plain data, good for all its threads. */
export interface MemoryWayChoice {
  readonly way: MemoryWay;
  /** Memories that are smaller, in bytes, are copied nevertheless. */
  readonly smallestMapped: number;
  /** Why, for the log. */
  readonly reason: string;
}

export interface ChooseMemoryWayOptions {
  /** By default `auto`. With `copy-on-write` it need not be faster, but has to work. */
  readonly wish?: MemoryWayWish;
  /** Throws where there is none; by default Linux through `node:ffi`. */
  readonly openKernel?: () => Kernel;
  /** Time in ms. */
  readonly now?: () => number;
}

const openLinux = (): Kernel => new LinuxKernel();

const wasmPage = 64 * 1024;

/**
 * A memory large enough to tell the ways apart, in pages of 64 KiB; what an invocation may write to it, one byte each so many; how often it is reset to see
 * whether it becomes what it was, and then to take the time.
 */
const sample = { pages: 32, writtenEvery: 128 * 1024 + 4096, checks: 6, rounds: 40 };

/** Tries and measures both ways, which takes some 30 ms. */
export function chooseMemoryWay(options: ChooseMemoryWayOptions = {}): MemoryWayChoice {
  const { wish = 'auto', openKernel = openLinux, now = () => performance.now() } = options;
  if (wish === 'copy') return copy('as configured');
  let tools: MappingTools | undefined;
  try {
    tools = openMappingTools(openKernel());
    return compare(tools, wish, now);
  } catch (error) {
    return copy((error as Error).message);
  } finally {
    if (tools !== undefined) closeMappingTools(tools);
  }
}

/**
 * To be called in each thread that resets memories. Where this thread can't do what the process chose to, it copies.
 *
 * @param onCopy told why, then
 */
export function createMemoryImages(
  choice: MemoryWayChoice,
  { openKernel = openLinux, onCopy }: { openKernel?: () => Kernel; onCopy?: (reason: string) => void } = {},
): MemoryImages {
  if (choice.way === 'copy') return new CopiedImages();
  try {
    return new MappedImages(openMappingTools(openKernel()), choice.smallestMapped);
  } catch (error) {
    onCopy?.((error as Error).message);
    return new CopiedImages();
  }
}

function copy(reason: string): MemoryWayChoice {
  return { way: 'copy', smallestMapped: Number.MAX_SAFE_INTEGER, reason };
}

function compare(tools: MappingTools, wish: MemoryWayWish, now: () => number): MemoryWayChoice {
  let failure: unknown;
  const onUnmapped = (error: unknown): void => {
    failure ??= error;
  };
  const mapped = new Trial(new MappedImages({ ...tools, onUnmapped }, 0));
  const copied = new Trial(new CopiedImages());
  if (!mapped.isMapped) {
    return copy(
      `a memory could not be mapped${failure === undefined ? '' : `: ${(failure as Error).message}`}`,
    );
  }
  for (let check = 0; check < sample.checks; check++) {
    if (!mapped.isExact(check)) return copy('a memory that was mapped did not become what it was');
  }
  for (let round = 0; round < sample.rounds; round++) {
    mapped.time(round, now);
    copied.time(round, now);
  }
  const ratio = mapped.leastMs / copied.leastMs;
  const figures = `${microseconds(mapped)} instead of ${microseconds(copied)} for ${sample.pages * wasmPage} bytes`;
  if (!(ratio < 1) && wish === 'auto') return copy(`copying is faster: ${figures}`);
  const { pageMap, writeWatch } = tools;
  return {
    way: 'copy-on-write',
    smallestMapped: smallestMapped(ratio),
    reason: `${pageMap.name}${writeWatch === undefined ? '' : ' and userfaultfd'}: ${figures}`,
  };
}

function microseconds({ leastMs }: Trial): string {
  return `${(leastMs * 1000).toFixed(1)} µs`;
}

/**
 * A memory of this many bytes is copied in the time that mapping takes, and as much again for what a mapping costs that no reset shows: pages that
 * each instance writes for the first time.
 */
function smallestMapped(ratio: number): number {
  return Math.ceil(2 * Math.min(ratio, 1) * sample.pages) * wasmPage;
}

/** A memory that is written, grown and reset in one of the ways. */
class Trial {
  /** The shortest time that a reset took. */
  leastMs = Number.POSITIVE_INFINITY;
  readonly #memory = new webAssembly.Memory({ initial: sample.pages, maximum: sample.pages + sample.checks });
  readonly #reset: ResettableMemory;
  readonly #expected: Uint8Array;

  constructor(images: MemoryImages) {
    this.#expected = fill(this.#memory).slice();
    const image = images.capture(this.#memory);
    this.#reset = image.adopt(this.#memory);
    image.release();
  }

  get isMapped(): boolean {
    const bytes = this.#reset.privateBytes();
    return bytes !== undefined && bytes < this.#expected.length;
  }

  /** Whether the memory becomes what it was, zeroes in what it grew. */
  isExact(round: number): boolean {
    if (round % 3 === 1) this.#memory.grow(1);
    this.#write(round);
    this.#reset.restore();
    const { bytes } = this.#reset;
    const { length } = this.#expected;
    return (
      Buffer.compare(bytes.subarray(0, length), this.#expected) === 0 &&
      Buffer.compare(bytes.subarray(length), new Uint8Array(bytes.length - length)) === 0
    );
  }

  time(round: number, now: () => number): void {
    this.#write(round);
    const began = now();
    this.#reset.restore();
    this.leastMs = Math.min(this.leastMs, now() - began);
  }

  #write(round: number): void {
    const { bytes } = this.#reset;
    for (let at = round; at < bytes.length; at += sample.writtenEvery) bytes[at] = ~(bytes[at] as number);
  }
}

/** No two pages of the memory are the same afterwards. */
function fill({ buffer }: CoreMemory): Uint8Array {
  const words = new Uint32Array(buffer);
  for (let i = 0; i < words.length; i++) words[i] = Math.imul(i, 0x9e37_79b1);
  return new Uint8Array(buffer);
}
