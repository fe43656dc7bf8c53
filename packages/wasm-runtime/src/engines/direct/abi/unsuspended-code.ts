import { BlockedThreadError } from '../../../errors.js';
import { fixedLimitTable } from '../../../limits/limit-table.js';
import type { Preemption } from '../../preemption.js';

/** Most that such code may compute before the event loop turns again, in ms on a core: that others keep the cores busy is not its fault. */
const maxMs = fixedLimitTable['blocked-time'].value;

/**
 * Guest code that JavaScript called: a realloc, a post-return, a destructor. V8 can't suspend it, since frames of JavaScript lie below
 * it. Its time is measured from the first time that its thread asked for a turn, so that a run that is short costs nothing, and of
 * many runs together: a guest may be called once for each string of a list.
 */
export class UnsuspendedCode {
  readonly #preemption: Preemption;
  readonly #component: string;
  #depth = 0;
  /** What the thread had used of a core, in ms, when it first asked in the run under way. */
  #since: number | undefined;
  /** What earlier runs took in the same turn of the event loop, in ms. */
  #earlierMs = 0;
  #turn = 0;

  constructor(preemption: Preemption, component: string) {
    this.#preemption = preemption;
    this.#component = component;
  }

  get isRunning(): boolean {
    return this.#depth > 0;
  }

  /**
   * Begins a run, which {@link UnsuspendedCode.leave} ends, whatever this throws.
   *
   * @throws BlockedThreadError when earlier ones took all the time
   */
  enter(): void {
    this.#depth++;
    if (!this.#preemption.isAsking) return;
    this.#preemption.isSliceOver(this.#preemption.ticks);
    const error = this.overrun();
    if (error !== undefined) throw error;
  }

  leave(): void {
    this.#depth--;
    if (this.#depth > 0 || this.#since === undefined) return;
    this.#earlierMs += threadCpuMs() - this.#since;
    this.#since = undefined;
  }

  /** The thread has asked for a turn: why it is not to go on without, if so. */
  overrun(): BlockedThreadError | undefined {
    const now = threadCpuMs();
    const { turns } = this.#preemption;
    if (turns !== this.#turn) {
      this.#turn = turns;
      this.#earlierMs = 0;
    }
    this.#since ??= now;
    if (this.#earlierMs + now - this.#since <= maxMs) return undefined;
    return new BlockedThreadError(this.#component);
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
