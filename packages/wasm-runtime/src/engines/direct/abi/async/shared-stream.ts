import type { WitType } from '@wasmlattice/rpc';
import { AbiTrap } from '../abi-trap.js';
import { remaining, type SourceBuffer, type TargetBuffer } from './buffers.js';
import { type CopyResult, copyResults } from './events.js';
import { isNumberOrNothing } from './payload.js';

/** One side of a copy. */
export interface Copy<Buffer> {
  /** The part of a component, or the host, that it is for. */
  readonly party: object;
  readonly buffer: Buffer;
  /**
   * Something was copied, and more may follow until `reclaim` is called: then the buffer belongs to its owner again. The host reclaims at once, a
   * guest when it is told.
   */
  onCopied(reclaim: () => void): void;
  /** The copy is over and the buffer belongs to its owner again. */
  onDone(result: CopyResult): void;
}

type Pending =
  | { readonly side: 'read'; readonly copy: Copy<TargetBuffer> }
  | { readonly side: 'write'; readonly copy: Copy<SourceBuffer> };

/** What the two ends of a stream have in common: a copy begins when both sides have offered a buffer, and nothing is kept in between. */
export class SharedStream {
  /** Of the elements; `undefined` for a stream of nothing but their number. */
  readonly element: WitType | undefined;
  /** Gives what the host made the stream of, as long as no guest has read from it: then nothing more comes of the stream itself. */
  takeOrigin: (() => unknown) | undefined;
  /** Told when one end is gone, whatever the other does at that moment. */
  onDropped: (() => void) | undefined;
  #pending: Pending | undefined;
  #isDropped = false;

  constructor(element: WitType | undefined) {
    this.element = element;
  }

  /** Whether one of the ends is gone. */
  get isDropped(): boolean {
    return this.#isDropped;
  }

  /** Which side has offered a buffer that is still its own to wait for. */
  get pendingSide(): 'read' | 'write' | undefined {
    return this.#pending?.side;
  }

  /** Whether the buffer that one side has offered was copied in part, so that more may follow. */
  get isPartlyCopied(): boolean {
    const buffer = this.#pending?.copy.buffer;
    return buffer !== undefined && buffer.progress > 0 && remaining(buffer) > 0;
  }

  /** How many elements a write that waits has left. */
  get offered(): number {
    return this.#pending?.side === 'write' ? remaining(this.#pending.copy.buffer) : 0;
  }

  /** The side that waits gets its buffer back. Only while one does. */
  cancel(): void {
    this.#end(copyResults.cancelled);
  }

  /** One end is gone: the other learns of it. A second time does nothing. */
  drop(): void {
    if (this.#isDropped) return;
    this.#isDropped = true;
    if (this.#pending !== undefined) this.#end(copyResults.dropped);
    this.onDropped?.();
  }

  /** @throws AbiTrap for a guest that reads from itself what is no number */
  read(copy: Copy<TargetBuffer>): void {
    this.takeOrigin = undefined;
    if (this.#isDropped) {
      copy.onDone(copyResults.dropped);
      return;
    }
    const pending = this.#pending;
    if (pending?.side !== 'write') {
      this.#pending = { side: 'read', copy };
      return;
    }
    this.#assertPassable(pending.copy.party, copy.party);
    if (remaining(pending.copy.buffer) === 0) {
      this.#end(copyResults.completed);
      // Who writes may have more already, or may have come to the end.
      if (this.#pending === undefined && !this.#isDropped) this.#pending = { side: 'read', copy };
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
  write(copy: Copy<SourceBuffer>): void {
    if (this.#isDropped) {
      copy.onDone(copyResults.dropped);
      return;
    }
    const pending = this.#pending;
    if (pending?.side !== 'read') {
      this.#pending = { side: 'write', copy };
      return;
    }
    this.#assertPassable(pending.copy.party, copy.party);
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
    this.#end(copyResults.completed);
    this.#pending = { side: 'write', copy };
  }

  readonly #reclaim = (): void => {
    this.#pending = undefined;
  };

  #end(result: CopyResult): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.copy.onDone(result);
  }

  #assertPassable(one: object, other: object): void {
    if (one === other && !isNumberOrNothing(this.element)) {
      throw new AbiTrap('a component may not read what it writes itself, unless it is numbers');
    }
  }
}

function move(source: SourceBuffer, target: TargetBuffer): void {
  target.write(source.read(Math.min(remaining(source), remaining(target))));
}
