import type { WitType } from '@wasmlattice/rpc';
import { AbiTrap } from '../abi-trap.js';
import type { SourceBuffer, TargetBuffer } from './buffers.js';
import { type CopyResult, copyResults } from './events.js';
import { isNumberOrNothing } from './payload.js';
import type { Copy } from './shared-stream.js';

type FutureCopy<Buffer> = Omit<Copy<Buffer>, 'onCopied'>;

type Pending =
  | { readonly side: 'read'; readonly copy: FutureCopy<TargetBuffer> }
  | { readonly side: 'write'; readonly copy: FutureCopy<SourceBuffer> };

/** What the two ends of a future have in common. Buffers are of one value. */
export class SharedFuture {
  /** Of the value; `undefined` for none. */
  readonly element: WitType | undefined;
  /** Gives the promise that the host made the future of, as long as no guest has read from it. */
  takeOrigin: (() => unknown) | undefined;
  #pending: Pending | undefined;
  #isDropped = false;

  constructor(element: WitType | undefined) {
    this.element = element;
  }

  /** Whether the end that reads is gone. */
  get isDropped(): boolean {
    return this.#isDropped;
  }

  get pendingSide(): 'read' | 'write' | undefined {
    return this.#pending?.side;
  }

  /** There is but one value. */
  get isPartlyCopied(): boolean {
    return false;
  }

  /** The side that waits gets its buffer back. Only while one does. */
  cancel(): void {
    this.#end(copyResults.cancelled);
  }

  /** One end is gone. That which writes goes only after it has written, so that nobody waits for it. */
  drop(): void {
    if (this.#isDropped) return;
    this.#isDropped = true;
    if (this.#pending !== undefined) this.#end(copyResults.dropped);
  }

  /** @throws AbiTrap for a guest that reads from itself what is no number */
  read(copy: FutureCopy<TargetBuffer>): void {
    this.takeOrigin = undefined;
    const pending = this.#pending;
    if (pending?.side !== 'write') {
      // Where the writing end was in a guest that is gone, nothing will ever come.
      if (this.#isDropped) copy.onDone(copyResults.dropped);
      else this.#pending = { side: 'read', copy };
      return;
    }
    this.#pass(pending.copy, copy);
    this.#end(copyResults.completed);
    copy.onDone(copyResults.completed);
  }

  /** @throws AbiTrap for a guest that writes to itself what is no number */
  write(copy: FutureCopy<SourceBuffer>): void {
    const pending = this.#pending;
    if (this.#isDropped) {
      copy.onDone(copyResults.dropped);
      return;
    }
    if (pending?.side !== 'read') {
      this.#pending = { side: 'write', copy };
      return;
    }
    this.#pass(copy, pending.copy);
    this.#end(copyResults.completed);
    copy.onDone(copyResults.completed);
  }

  #pass(from: FutureCopy<SourceBuffer>, to: FutureCopy<TargetBuffer>): void {
    if (from.party === to.party && !isNumberOrNothing(this.element)) {
      throw new AbiTrap('a component may not read what it writes itself, unless it is a number');
    }
    to.buffer.write(from.buffer.read(1));
  }

  #end(result: CopyResult): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.copy.onDone(result);
  }
}
