import type { ChunkMemory } from './chunk-memory.js';

/**
 * Values on their way through a stream: a typed array for numbers, for the rest an array. What is read from a guest's memory may be a view of it, which is
 * good until the guest goes on.
 */
export type Chunk = ArrayLike<unknown>;

/** What one end of a stream or future offers to the other. */
interface CopyBuffer {
  /** Values it had from the beginning. */
  readonly length: number;
  /** Values that were copied so far. */
  readonly progress: number;
}

/** Where the values of a write are. */
export interface SourceBuffer extends CopyBuffer {
  /** @param count at most as many as are left */
  read(count: number): Chunk;
  /**
   * The same, in memory that stays as it is.
   *
   * @param memory where copies of bytes go; each has its own without
   */
  readOwn(count: number, memory?: ChunkMemory): Chunk;
}

/** Where the values of a read go. */
export interface TargetBuffer extends CopyBuffer {
  /** @param count at most as many as there is room for, and as the source has left */
  take(source: SourceBuffer, count: number): void;
}

export function remaining({ length, progress }: CopyBuffer): number {
  return length - progress;
}

/** Most values that a buffer of a guest may have. */
export const maxBufferLength: number = 2 ** 28 - 1;
