/**
 * The permits of one component that runs in several threads of a host: one budget that all of them draw on, and what one
 * thread holds of it. The thread may end at any instruction, so what it holds is kept where another can read it.
 */
export interface SharedPermitsMemory {
  /** One for the component: {@link createPermitBudget}. */
  readonly budget: SharedArrayBuffer;
  /** One for each thread: {@link createPermitTally}. */
  readonly held: SharedArrayBuffer;
}

/** Cells of the budget, each an `Int32`. */
const limitCell = 0;
const takenCell = 1;
/** Callers that wait in the component's own pool. */
const waitingCell = 2;
/** 1 once the component is stopped or replaced. */
const closedCell = 3;
/** Counts what makes a wait worth another look: a permit given back, a limit raised. */
const changesCell = 4;
const budgetCells = 5;

export function createPermitBudget(limit: number): SharedArrayBuffer {
  const budget = new SharedArrayBuffer(budgetCells * Int32Array.BYTES_PER_ELEMENT);
  setPermitLimit(budget, limit);
  return budget;
}

export function createPermitTally(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** A lower limit takes no permit away: it takes effect as permits come back. */
export function setPermitLimit(budget: SharedArrayBuffer, limit: number): void {
  const cells = new Int32Array(budget);
  Atomics.store(cells, limitCell, limit);
  tellChange(cells);
}

/** From now on only the component's own pool is served, which completes what it has accepted. */
export function closePermitBudget(budget: SharedArrayBuffer): void {
  Atomics.store(new Int32Array(budget), closedCell, 1);
}

/** Whether a thread holds permits at this moment. */
export function holdsPermits({ held }: SharedPermitsMemory): boolean {
  return Atomics.load(new Int32Array(held), 0) > 0;
}

/** Takes back what a thread held when it ended. */
export function reclaimPermits({ budget, held }: SharedPermitsMemory): void {
  const cells = new Int32Array(budget);
  const left = Atomics.exchange(new Int32Array(held), 0, 0);
  if (left === 0) return;
  Atomics.sub(cells, takenCell, left);
  tellChange(cells);
}

/** One thread's way to the permits of a component. */
export class SharedPermits {
  readonly #cells: Int32Array<SharedArrayBuffer>;
  readonly #held: Int32Array<SharedArrayBuffer>;

  constructor({ budget, held }: SharedPermitsMemory) {
    this.#cells = new Int32Array(budget);
    this.#held = new Int32Array(held);
  }

  /** Whether a permit is free at this moment. */
  get isFree(): boolean {
    return Atomics.load(this.#cells, takenCell) < Atomics.load(this.#cells, limitCell);
  }

  /** For a caller that came when its turn was: takes a permit if one is free. */
  tryTake(): boolean {
    const cells = this.#cells;
    for (;;) {
      const taken = Atomics.load(cells, takenCell);
      if (taken >= Atomics.load(cells, limitCell)) return false;
      if (Atomics.compareExchange(cells, takenCell, taken, taken + 1) !== taken) continue;
      Atomics.add(this.#held, 0, 1);
      return true;
    }
  }

  /** For a caller that has somewhere else to go: takes a permit that nobody waits for. */
  tryTakeIdle(): boolean {
    const cells = this.#cells;
    if (Atomics.load(cells, waitingCell) > 0 || Atomics.load(cells, closedCell) === 1) return false;
    return this.tryTake();
  }

  give(): void {
    Atomics.sub(this.#held, 0, 1);
    Atomics.sub(this.#cells, takenCell, 1);
    tellChange(this.#cells);
  }

  /** How many callers wait in this thread; only the component's own thread has any. */
  setWaiting(count: number): void {
    Atomics.store(this.#cells, waitingCell, count);
  }

  /** Calls `retry` until it says that it needs no further permit, whenever there may be one. */
  async whileWanted(retry: () => boolean): Promise<void> {
    const cells = this.#cells;
    for (;;) {
      const seen = Atomics.load(cells, changesCell);
      if (!retry()) return;
      const wait = Atomics.waitAsync(cells, changesCell, seen);
      if (wait.async) await wait.value;
    }
  }
}

function tellChange(cells: Int32Array<SharedArrayBuffer>): void {
  Atomics.add(cells, changesCell, 1);
  Atomics.notify(cells, changesCell);
}
