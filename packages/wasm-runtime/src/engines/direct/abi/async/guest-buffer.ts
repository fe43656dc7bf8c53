import type { LiftLowerContext } from '../lift-lower-context.js';
import { type Chunk, maxBufferLength, type SourceBuffer, type TargetBuffer } from './buffers.js';
import type { ChunkMemory } from './chunk-memory.js';
import type { Payload } from './payload.js';

/** A range of a guest's memory that it has lent to a copy, and then another range to the next one. */
class GuestBuffer {
  length = 0;
  progress = 0;
  protected readonly cx: LiftLowerContext;
  protected readonly payload: Payload;
  protected address = 0;

  constructor(cx: LiftLowerContext, payload: Payload) {
    this.cx = cx;
    this.payload = payload;
  }

  /** @throws AbiTrap for a range that is not in the memory, not aligned, or too long */
  lend(address: number, length: number): void {
    const { cx, payload } = this;
    if (length > maxBufferLength)
      throw cx.trap(`a buffer of ${length} elements is longer than ${maxBufferLength}`);
    cx.memory.refresh();
    if (payload.size > 0 && length > 0) {
      cx.checkRange(address, length * payload.size, payload.align, 'the buffer');
    }
    this.address = address;
    this.length = length;
    this.progress = 0;
  }

  protected advance(count: number): void {
    this.address += count * this.payload.size;
    this.progress += count;
  }
}

export class GuestSource extends GuestBuffer implements SourceBuffer {
  read(count: number): Chunk {
    const chunk = this.payload.read(this.cx, this.address, count);
    this.advance(count);
    return chunk;
  }

  readOwn(count: number, memory?: ChunkMemory): Chunk {
    const chunk = this.payload.readOwn(this.cx, this.address, count, memory);
    this.advance(count);
    return chunk;
  }
}

export class GuestTarget extends GuestBuffer implements TargetBuffer {
  take(source: SourceBuffer, count: number): void {
    const chunk = source.read(count);
    this.payload.write(this.cx, this.address, chunk);
    this.advance(chunk.length);
  }
}
