import type { SourceBuffer, TargetBuffer } from './buffers.js';
import { copyResults } from './events.js';
import { type Copy, SharedEnds } from './shared-ends.js';

/** The ends of a future. Buffers are of one value. The end that writes goes only after it has written, so that nobody waits for it. */
export class SharedFuture extends SharedEnds {
  /** There is but one value. */
  get isPartlyCopied(): boolean {
    return false;
  }

  /** @throws AbiTrap for a guest that reads from itself what is no number */
  read(copy: Copy<TargetBuffer>): void {
    this.takeOrigin = undefined;
    const { pending } = this;
    if (pending?.side !== 'write') {
      // Where the writing end was in a guest that is gone, nothing will ever come.
      if (this.isDropped) copy.onDone(copyResults.dropped);
      else this.pending = { side: 'read', copy };
      return;
    }
    this.#pass(pending.copy, copy);
    this.end(copyResults.completed);
    copy.onDone(copyResults.completed);
  }

  /** @throws AbiTrap for a guest that writes to itself what is no number */
  write(copy: Copy<SourceBuffer>): void {
    if (this.isDropped) {
      copy.onDone(copyResults.dropped);
      return;
    }
    const { pending } = this;
    if (pending?.side !== 'read') {
      this.pending = { side: 'write', copy };
      return;
    }
    this.#pass(copy, pending.copy);
    this.end(copyResults.completed);
    copy.onDone(copyResults.completed);
  }

  #pass(from: Copy<SourceBuffer>, to: Copy<TargetBuffer>): void {
    this.assertPassable(from.party, to.party);
    to.buffer.take(from.buffer, 1);
  }
}
