import { cellAddress, viewCells } from './cell-memory.js';
import { type CellSteps, cellSteps, door } from './cell-steps.js';
import {
  componentCell,
  firstThreadCell,
  firstThreadCells,
  type ThreadCells,
  threadCell,
  wake,
  wakeWaitingThreads,
} from './component-cells.js';
import { msSince, toTimeCell } from './monotonic-clock.js';

export interface SharedPermitsOptions {
  /**
   * How much longer than the first in its own queue a caller of another thread must have waited for a permit to go to it instead,
   * in ms, by default 5. A permit that changes threads is idle until the other one looks.
   */
  readonly patienceMs?: number;
}

/**
 * One thread's way to the permits of a component, which all of its threads draw on. A permit that is given back goes to where
 * the next caller waits, another thread included, and stays free when nobody waits. The books are right whenever a thread ends:
 * what changes several cells is one step.
 */
export class SharedPermits {
  readonly #cells: Int32Array<SharedArrayBuffer>;
  readonly #steps: CellSteps;
  readonly #patienceMs: number;
  /** The first cell of this thread. */
  readonly #own: number;
  /** Address of the first cell of the component. */
  readonly #base: number;
  readonly #limitAt: number;
  readonly #takenAt: number;
  readonly #heldAt: number;
  readonly #waitingAt: number;
  /** Permits that were under way to other threads at the last look, as the threads' first cells and the numbers of the permits. */
  #stuck = new Map<number, number>();

  constructor(thread: ThreadCells, { patienceMs = 5 }: SharedPermitsOptions = {}) {
    const { cells } = thread;
    this.#cells = viewCells(cells);
    this.#steps = cellSteps(cells.memory);
    this.#patienceMs = patienceMs;
    this.#own = firstThreadCell(thread);
    this.#base = cellAddress(cells, 0);
    this.#limitAt = cellAddress(cells, componentCell.limit);
    this.#takenAt = cellAddress(cells, componentCell.taken);
    this.#waitingAt = cellAddress(cells, componentCell.waiting);
    this.#heldAt = cellAddress(cells, this.#own + threadCell.held);
  }

  get limit(): number {
    return Atomics.load(this.#cells, componentCell.limit);
  }

  get maxWaiting(): number {
    return Atomics.load(this.#cells, componentCell.maxWaiting);
  }

  /** Callers that wait, in all threads. */
  get waiting(): number {
    return Atomics.load(this.#cells, componentCell.waiting);
  }

  /** Permits that instances have of which callers hold resources, in all threads. */
  get kept(): number {
    let kept = 0;
    for (const thread of firstThreadCells(this.#cells)) {
      kept += Atomics.load(this.#cells, thread + threadCell.kept);
    }
    return kept;
  }

  /** Whether more callers wait than the ones in this thread, as far as can be told without asking the other cores. */
  seemsWantedElsewhere(waitingHere: number): boolean {
    return (this.#cells[componentCell.waiting] as number) > waitingHere;
  }

  get hasFree(): boolean {
    const cells = this.#cells;
    return Atomics.load(cells, componentCell.taken) < Atomics.load(cells, componentCell.limit);
  }

  /** Takes a permit if one is free. */
  tryTake(): boolean {
    return this.#steps.takeBelow(this.#takenAt, this.#heldAt, 1, this.#limitAt) === 1;
  }

  /**
   * Makes a permit free for all. Whoever wants it in another thread is to be told by {@link SharedPermits.wakeOthers}.
   *
   * @returns how many callers wait, in all threads: who is not counted here sees the free permit
   */
  give(): number {
    return this.#steps.giveBack(this.#takenAt, this.#heldAt, 1, this.#waitingAt);
  }

  /** Counts a caller that waits; false when too many wait already. */
  join(): boolean {
    const tally = this.#address(this.#own + threadCell.waiting);
    const bound = this.#address(componentCell.maxWaiting);
    if (this.#steps.takeBelow(this.#waitingAt, tally, 1, bound) === 1) return true;
    this.countRefusal();
    return false;
  }

  /** Inverse of {@link SharedPermits.join}. */
  leave(): void {
    const tally = this.#address(this.#own + threadCell.waiting);
    this.#steps.giveBack(this.#waitingAt, tally, 1, this.#waitingAt);
  }

  countRefusal(): void {
    Atomics.add(this.#cells, componentCell.refused, 1);
  }

  /** Callers wait here, the first of them since then: permits may be handed to this thread. */
  openDoor(waitingSince: number): void {
    const cells = this.#cells;
    Atomics.store(cells, this.#own + threadCell.waitingSince, toTimeCell(waitingSince));
    Atomics.compareExchange(cells, this.#own + threadCell.door, door.closed, door.open);
  }

  /**
   * Nobody waits here any more.
   *
   * @returns whether a permit was under way, which now is this thread's
   */
  closeDoor(): boolean {
    const cells = this.#cells;
    const cell = this.#own + threadCell.door;
    Atomics.store(cells, this.#own + threadCell.waitingSince, 0);
    const was = Atomics.compareExchange(cells, cell, door.open, door.closed);
    return was === door.underWay && this.#takeHanded(this.#own, door.closed);
  }

  /** Takes the permit that was handed to this thread, if one was. */
  tryTakeHanded(): boolean {
    return this.#takeHanded(this.#own, door.open);
  }

  /**
   * Hands a permit of this thread to the one whose first caller has waited longest, if that is long enough.
   *
   * @param waitingSince of the first caller here; `undefined` when there is none
   */
  tryHandOver(waitingSince: number | undefined): boolean {
    const cells = this.#cells;
    // The limit was lowered: one permit less.
    if (Atomics.load(cells, componentCell.taken) > Atomics.load(cells, componentCell.limit)) return false;
    const other = this.#longestWaiting(waitingSince);
    if (other === undefined) return false;
    const [doorAt, handedAt] = [
      this.#address(other + threadCell.door),
      this.#address(other + threadCell.handed),
    ];
    if (this.#steps.handOver(this.#heldAt, doorAt, handedAt) === 0) return false;
    wake(cells, other);
    return true;
  }

  /** Tells the other threads of free permits, if there are any. */
  wakeOthers(): void {
    if (this.hasFree) wakeWaitingThreads(this.#cells);
  }

  /** To be read before one looks for permits, and given to {@link SharedPermits.sleep} after one has found none. */
  get wakeUps(): number {
    return Atomics.load(this.#cells, this.#own + threadCell.wakeUps);
  }

  /** Until this thread is woken, or has been since `wakeUps` was read; false when `ms` are over before that. */
  async sleep(wakeUps: number, ms: number): Promise<boolean> {
    const wait = Atomics.waitAsync(this.#cells, this.#own + threadCell.wakeUps, wakeUps, ms);
    return (wait.async ? await wait.value : wait.value) !== 'timed-out';
  }

  /**
   * Takes a permit that was under way to another thread at the last call already: its guest computes, or it has ended. It is
   * handed no other one until it looks again.
   */
  tryTakeStuck(): boolean {
    const cells = this.#cells;
    const before = this.#stuck;
    this.#stuck = new Map();
    for (const other of this.#others()) {
      if (Atomics.load(cells, other + threadCell.door) !== door.underWay) continue;
      const handed = Atomics.load(cells, other + threadCell.handed);
      if (before.get(other) === handed && this.#takeHanded(other, door.closed)) return true;
      this.#stuck.set(other, handed);
    }
    return false;
  }

  #takeHanded(from: number, next: number): boolean {
    return this.#steps.takeHanded(this.#heldAt, this.#address(from + threadCell.door), next) === 1;
  }

  /** The thread to hand a permit to, as its first cell. */
  #longestWaiting(waitingSince: number | undefined): number | undefined {
    const cells = this.#cells;
    // Whoever waits here is served at once, so the others have to be earlier by more than it costs to hand over.
    const here = waitingSince === undefined ? undefined : waitingSince - this.#patienceMs;
    let longest: number | undefined;
    let longestSince = 0;
    for (const other of this.#others()) {
      const since = Atomics.load(cells, other + threadCell.waitingSince);
      if (since === 0 || Atomics.load(cells, other + threadCell.door) !== door.open) continue;
      if (here !== undefined && msSince(since, here) === 0) continue;
      if (longest !== undefined && msSince(since, longestSince) === 0) continue;
      longest = other;
      longestSince = since;
    }
    return longest;
  }

  *#others(): Iterable<number> {
    for (const thread of firstThreadCells(this.#cells)) if (thread !== this.#own) yield thread;
  }

  #address(cell: number): number {
    return this.#base + cell * Int32Array.BYTES_PER_ELEMENT;
  }
}
