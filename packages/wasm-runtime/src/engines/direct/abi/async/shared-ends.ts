import type { WitType } from '@wasmlattice/rpc';
import { AbiTrap } from '../abi-trap.js';
import type { SourceBuffer, TargetBuffer } from './buffers.js';
import { type CopyResult, copyResults } from './events.js';
import { isNumberOrNothing } from './payload.js';

/** One side of a copy. */
export interface Copy<Buffer> {
  /** The part of a component, or the host, that it is for. */
  readonly party: object;
  readonly buffer: Buffer;
  /** The copy is over and the buffer belongs to its owner again. */
  onDone(result: CopyResult): void;
}

/** A side that has offered a buffer and waits for the other. */
export type PendingCopy<Read, Write> =
  | { readonly side: 'read'; readonly copy: Read }
  | { readonly side: 'write'; readonly copy: Write };

/** What the two ends of a stream, or of a future, have in common: a copy begins when both sides have offered a buffer. */
export abstract class SharedEnds<
  Read extends Copy<TargetBuffer> = Copy<TargetBuffer>,
  Write extends Copy<SourceBuffer> = Copy<SourceBuffer>,
> {
  /** Of what passes; `undefined` for nothing. */
  readonly element: WitType | undefined;
  /** Gives what the host made the readable end of, as long as no guest has read from it: then nothing more comes of this one. */
  takeOrigin: (() => unknown) | undefined;
  protected pending: PendingCopy<Read, Write> | undefined;
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
    return this.pending?.side;
  }

  /** The side that waits gets its buffer back. Only while one does. */
  cancel(): void {
    this.end(copyResults.cancelled);
  }

  /** One end is gone: the other learns of it. A second time does nothing. */
  drop(): void {
    if (this.#isDropped) return;
    this.#isDropped = true;
    if (this.pending !== undefined) this.end(copyResults.dropped);
  }

  protected end(result: CopyResult): void {
    const { pending } = this;
    this.pending = undefined;
    pending?.copy.onDone(result);
  }

  protected assertPassable(one: object, other: object): void {
    if (one === other && !isNumberOrNothing(this.element)) {
      throw new AbiTrap('a component may not read what it writes itself, unless it is numbers');
    }
  }
}
