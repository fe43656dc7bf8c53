import type { PrimitiveKind, WitType } from '@wasmlattice/rpc';
import { numberKinds } from '../lists.js';
import type { Chunk, SourceBuffer, TargetBuffer } from './buffers.js';
import type { ChunkMemory } from './chunk-memory.js';

/** Most bytes of one chunk of numbers that the host takes: a few times what guests write at once. */
const mostBytes = 1024 * 1024;

/** Most elements of any other chunk, each of which is an object or a reference. */
const mostElements = 16 * 1024;

/** How many elements the host takes at once. */
export function hostRoom(element: WitType | undefined): number {
  const numbers = numberKinds[element?.kind as PrimitiveKind];
  return numbers === undefined ? mostElements : mostBytes / numbers.array.BYTES_PER_ELEMENT;
}

/** Takes one chunk of its own for the host. */
export class HostTarget implements TargetBuffer {
  length: number;
  progress = 0;
  readonly #memory: ChunkMemory | undefined;
  #chunk: Chunk | undefined;

  /** @param memory for chunks of bytes */
  constructor(length: number, memory?: ChunkMemory) {
    this.length = length;
    this.#memory = memory;
  }

  /** Begins anew, once nobody reads into it any more. */
  reset(length: number): void {
    this.length = length;
    this.progress = 0;
    this.#chunk = undefined;
  }

  /** What was taken: a typed array or an array, of its own memory. */
  get chunk(): Chunk | undefined {
    return this.#chunk;
  }

  take(source: SourceBuffer, count: number): void {
    const chunk = source.readOwn(count, this.#memory);
    this.progress += count;
    const isList = ArrayBuffer.isView(chunk) || Array.isArray(chunk);
    this.#chunk = isList ? chunk : Array.from({ length: count });
  }
}

/** Gives one chunk of the host. */
export class HostSource implements SourceBuffer {
  readonly length: number;
  progress = 0;
  readonly #chunk: Chunk;

  constructor(chunk: Chunk) {
    this.#chunk = chunk;
    this.length = chunk.length;
  }

  read(count: number): Chunk {
    const start = this.progress;
    this.progress += count;
    if (start === 0 && count === this.length) return this.#chunk;
    if (ArrayBuffer.isView(this.#chunk)) {
      return (this.#chunk as unknown as Uint8Array).subarray(start, start + count);
    }
    return Array.prototype.slice.call(this.#chunk, start, start + count);
  }

  /** What the host gives, it gives away. */
  readOwn(count: number): Chunk {
    return this.read(count);
  }
}
