import type { WitType } from '@wasmlattice/rpc';
import { AbiTrap } from '../abi-trap.js';
import { type CopyResult, copyResults } from './events.js';
import type { SharedFuture } from './shared-future.js';
import type { SharedStream } from './shared-stream.js';
import { Waitable } from './waitable.js';

/** What an end does: `done` once nothing more can come of it. */
export type CopyState = 'idle' | 'copying' | 'cancelling' | 'done';

export type Direction = 'readable' | 'writable';

/** One end of a stream or future, as a guest holds it. */
export abstract class CopyEnd<
  Shared extends SharedStream | SharedFuture = SharedStream | SharedFuture,
> extends Waitable {
  readonly direction: Direction;
  readonly shared: Shared;
  /** Of what passes, as the part that holds the end knows it; `undefined` for nothing. */
  readonly element: WitType | undefined;
  state: CopyState = 'idle';
  /** What the built-in that copied last may use again. */
  lastCopy: object | undefined;

  constructor(direction: Direction, shared: Shared, element: WitType | undefined) {
    super();
    this.direction = direction;
    this.shared = shared;
    this.element = element;
  }

  get isCopying(): boolean {
    return this.state === 'copying' || this.state === 'cancelling';
  }

  /** The guest learns how its copy ended. */
  abstract settle(result: CopyResult): void;

  override drop(label: string): void {
    if (this.isCopying) throw new AbiTrap(`${label}: ${this.what} has a copy under way`);
    this.shared.drop();
    super.drop(label);
  }

  override abandon(): void {
    this.shared.drop();
  }
}

export class StreamEnd extends CopyEnd<SharedStream> {
  get what(): string {
    return `the ${this.direction} end of a stream`;
  }

  settle(result: CopyResult): void {
    this.state = result === copyResults.dropped ? 'done' : 'idle';
  }
}

export class FutureEnd extends CopyEnd<SharedFuture> {
  get what(): string {
    return `the ${this.direction} end of a future`;
  }

  settle(result: CopyResult): void {
    this.state = result === copyResults.cancelled ? 'idle' : 'done';
  }

  override drop(label: string): void {
    if (this.direction === 'writable' && this.state !== 'done') {
      throw new AbiTrap(`${label}: nothing was written to the future, whose reader would wait for ever`);
    }
    super.drop(label);
  }
}
