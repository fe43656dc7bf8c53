import type { LiftLowerContext } from '../lift-lower-context.js';
import { type Chunk, maxBufferLength, type SourceBuffer, type TargetBuffer } from './buffers.js';
import type { Payload } from './payload.js';

/** A range of a guest's memory that it has lent to a copy. */
class GuestBuffer {
  readonly length: number;
  progress = 0;
  protected readonly cx: LiftLowerContext;
  protected readonly payload: Payload;
  protected address: number;

  /** @throws AbiTrap for a range that is not in the memory, not aligned, or too long */
  constructor(cx: LiftLowerContext, payload: Payload, address: number, length: number) {
    if (length > maxBufferLength)
      throw cx.trap(`a buffer of ${length} elements is longer than ${maxBufferLength}`);
    cx.memory.refresh();
    if (payload.size > 0 && length > 0) {
      cx.checkRange(address, length * payload.size, payload.align, 'the buffer');
    }
    this.cx = cx;
    this.payload = payload;
    this.address = address;
    this.length = length;
  }

  protected advance(count: number): void {
    this.address += count * this.payload.size;
    this.progress += count;
  }
}

export class GuestSource extends GuestBuffer implements SourceBuffer {
  read(count: number): Chunk {
    this.cx.enter();
    const chunk = this.payload.read(this.cx, this.address, count);
    this.advance(count);
    return chunk;
  }

  readOwn(count: number): Chunk {
    this.cx.enter();
    const chunk = this.payload.readOwn(this.cx, this.address, count);
    this.advance(count);
    return chunk;
  }
}

export class GuestTarget extends GuestBuffer implements TargetBuffer {
  take(source: SourceBuffer, count: number): void {
    const chunk = source.read(count);
    this.cx.enter();
    this.payload.write(this.cx, this.address, chunk);
    this.advance(chunk.length);
  }
}
