import { remaining, type SourceBuffer, type TargetBuffer } from './buffers.js';
import { copyResults } from './events.js';
import { type Copy, SharedEnds } from './shared-ends.js';

/** One side of a copy of elements. */
export interface StreamCopy<Buffer> extends Copy<Buffer> {
  /**
   * Something was copied, and more may follow until `reclaim` is called: then the buffer belongs to its owner again. The host reclaims at once, a
   * guest when it is told.
   */
  onCopied(reclaim: () => void): void;
}

/** The ends of a stream: nothing is kept between them. */
export class SharedStream extends SharedEnds<StreamCopy<TargetBuffer>, StreamCopy<SourceBuffer>> {
  /** Told when one end is gone, whatever the other does at that moment. */
  onDropped: (() => void) | undefined;

  /** Whether the buffer that one side has offered was copied in part, so that more may follow. */
  get isPartlyCopied(): boolean {
    const buffer = this.pending?.copy.buffer;
    return buffer !== undefined && buffer.progress > 0 && remaining(buffer) > 0;
  }

  /** How many elements a write that waits has left. */
  get offered(): number {
    return this.pending?.side === 'write' ? remaining(this.pending.copy.buffer) : 0;
  }

  override drop(): void {
    if (this.isDropped) return;
    super.drop();
    this.onDropped?.();
  }

  /** @throws AbiTrap for a guest that reads from itself what is no number */
  read(copy: StreamCopy<TargetBuffer>): void {
    this.takeOrigin = undefined;
    if (this.isDropped) {
      copy.onDone(copyResults.dropped);
      return;
    }
    const { pending } = this;
    if (pending?.side !== 'write') {
      this.pending = { side: 'read', copy };
      return;
    }
    this.assertPassable(pending.copy.party, copy.party);
    if (remaining(pending.copy.buffer) === 0) {
      this.end(copyResults.completed);
      // Who writes may have more already, or may have come to the end.
      if (this.pending === undefined && !this.isDropped) this.pending = { side: 'read', copy };
      else this.read(copy);
      return;
    }
    if (remaining(copy.buffer) > 0) {
      move(pending.copy.buffer, copy.buffer);
      pending.copy.onCopied(this.#reclaim);
    }
    copy.onDone(copyResults.completed);
  }

  /** @throws AbiTrap for a guest that writes to itself what is no number */
  write(copy: StreamCopy<SourceBuffer>): void {
    if (this.isDropped) {
      copy.onDone(copyResults.dropped);
      return;
    }
    const { pending } = this;
    if (pending?.side !== 'read') {
      this.pending = { side: 'write', copy };
      return;
    }
    this.assertPassable(pending.copy.party, copy.party);
    if (remaining(pending.copy.buffer) > 0) {
      if (remaining(copy.buffer) > 0) {
        move(copy.buffer, pending.copy.buffer);
        pending.copy.onCopied(this.#reclaim);
      }
      copy.onDone(copyResults.completed);
      return;
    }
    if (copy.buffer.length === 0 && pending.copy.buffer.length === 0) {
      copy.onDone(copyResults.completed);
      return;
    }
    this.end(copyResults.completed);
    this.pending = { side: 'write', copy };
  }

  readonly #reclaim = (): void => {
    this.pending = undefined;
  };
}

function move(source: SourceBuffer, target: TargetBuffer): void {
  target.take(source, Math.min(remaining(source), remaining(target)));
}
