import { cellAddress, viewCells } from './cell-memory.js';
import { type CellSteps, cellSteps } from './cell-steps.js';
import { collectGarbage } from './collect-garbage.js';
import { monotonicMs } from './monotonic-clock.js';
import { OverloadedError, type ProcessBudgetName } from './overloaded-error.js';
import {
  beginPressure,
  beginPressureOfMemories,
  budgetCell,
  budgetGroup,
  endPressureOfMemories,
  firstCellOf,
  mappedAreasOf,
  plain,
  pressure,
  processCell,
  readProcessBudgets,
  type ThreadOfBudgets,
  tallyCell,
  tellOfPressure,
} from './process-budgets.js';

/** Room for the stacks of guests. */
export interface StackBudget {
  /**
   * A guest is about to be called.
   *
   * @throws OverloadedError
   */
  enter(component: string): void;
  /** It is done. */
  leave(): void;
}

/** Room for the linear memories of instances. */
export interface MemoryBudget {
  /**
   * Counts memories from now until V8 has collected `owner`, which lives as long as they do: only then they are gone.
   *
   * @param furtherAreas mapped areas that all of them take together, besides two each; by default none
   * @throws OverloadedError
   */
  hold(component: string, memories: number, owner: object, furtherAreas?: number): void;
  /** Whether there is so little room that nothing is to be kept for later. */
  readonly isPressed: boolean;
  /**
   * @param drop called when there is little room: drops what is kept for later, and returns how many instances that were
   * @returns what ends it
   */
  onPressure(drop: () => number): () => void;
}

export interface ThreadBudgetsOptions {
  /** Told how many instances were dropped because there was little room. */
  readonly onDropped?: (instances: number) => void;
  /** Frees what nobody refers to; by default {@link collectGarbage}. */
  readonly collect?: () => Promise<void>;
  /** Time in ms; by default {@link monotonicMs}. */
  readonly now?: () => number;
}

/** A thread spends no more than this part of its time collecting garbage, however little room there is. */
const collectingPart = 0.25;

/** One thread's way to the budgets of the process. */
export class ThreadBudgets implements StackBudget, MemoryBudget {
  readonly #thread: ThreadOfBudgets;
  readonly #cells: Int32Array<SharedArrayBuffer>;
  readonly #steps: CellSteps;
  readonly #onDropped: ((instances: number) => void) | undefined;
  readonly #collectNow: () => Promise<void>;
  readonly #now: () => number;
  readonly #stacks: Counted;
  readonly #memories: Counted;
  readonly #areas: Counted;
  readonly #owners = new FinalizationRegistry<Held>((held) => this.#release(held));
  readonly #listeners = new Set<() => number>();
  /** Stacks in use, and the most that were: V8 keeps the areas of those that are not. */
  #used = 0;
  #most = 0;
  #isWatching = false;
  /** No collection before then. */
  #collectFrom = Number.NEGATIVE_INFINITY;

  constructor(thread: ThreadOfBudgets, options: ThreadBudgetsOptions = {}) {
    const { onDropped, collect = collectGarbage, now = monotonicMs } = options;
    const own = firstCellOf(thread);
    this.#thread = thread;
    this.#cells = viewCells(thread.budgets);
    this.#steps = cellSteps(thread.budgets.memory);
    this.#onDropped = onDropped;
    this.#collectNow = collect;
    this.#now = now;
    const counted = (budget: ProcessBudgetName, tally: number): Counted => ({
      count: cellAddress(thread.budgets, budgetGroup.used + budgetCell[budget]),
      tally: cellAddress(thread.budgets, own + tally),
      ceiling: cellAddress(thread.budgets, budgetGroup.ceiling + budgetCell[budget]),
    });
    this.#stacks = counted('suspended-stacks', tallyCell.stacks);
    this.#memories = counted('linear-memories', tallyCell.memories);
    this.#areas = counted('mapped-areas', tallyCell.areas);
  }

  get isPressed(): boolean {
    return plain(this.#cells, processCell.pressed) !== 0;
  }

  enter(component: string): void {
    if (plain(this.#cells, processCell.isResidentMemoryFull) !== 0) {
      throw this.#refuse(component, 'resident-memory');
    }
    if (!this.#take(this.#stacks, 1)) throw this.#refuse(component, 'suspended-stacks');
    this.#used++;
    if (this.#used <= this.#most) return;
    if (!this.#take(this.#areas, mappedAreasOf.stack)) {
      this.leave();
      throw this.#refuse(component, 'mapped-areas');
    }
    this.#most = this.#used;
  }

  leave(): void {
    this.#used--;
    this.#give(this.#stacks, 1);
  }

  hold(component: string, memories: number, owner: object, furtherAreas = 0): void {
    if (memories === 0) return;
    const areas = memories * mappedAreasOf.memory + furtherAreas;
    if (!this.#take(this.#memories, memories)) {
      throw this.#refuse(component, 'linear-memories');
    }
    if (!this.#take(this.#areas, areas)) {
      this.#give(this.#memories, memories);
      throw this.#refuse(component, 'mapped-areas');
    }
    this.#owners.register(owner, { memories, areas });
    void this.#watchPressure();
    beginPressureOfMemories(this.#cells);
  }

  onPressure(drop: () => number): () => void {
    this.#listeners.add(drop);
    void this.#watchPressure();
    return () => void this.#listeners.delete(drop);
  }

  #take({ count, tally, ceiling }: Counted, n: number): boolean {
    return this.#steps.takeBelow(count, tally, n, ceiling) === 1;
  }

  #give({ count, tally }: Counted, n: number): void {
    this.#steps.giveBack(count, tally, n, count);
  }

  /** V8 has collected the owner of these memories. */
  #release({ memories, areas }: Held): void {
    this.#give(this.#memories, memories);
    this.#give(this.#areas, areas);
    endPressureOfMemories(this.#cells);
  }

  /** From the first memory on, as long as the thread. */
  async #watchPressure(): Promise<void> {
    if (this.#isWatching) return;
    this.#isWatching = true;
    for (;;) {
      const seen = Atomics.load(this.#cells, processCell.pressures);
      const wait = Atomics.waitAsync(this.#cells, processCell.pressures, seen);
      if (wait.async) await wait.value;
      if (this.isPressed) this.#drop();
    }
  }

  #drop(): void {
    let dropped = 0;
    for (const listener of this.#listeners) dropped += listener();
    if (dropped > 0) this.#onDropped?.(dropped);
    void this.#collect();
  }

  async #collect(): Promise<void> {
    const began = this.#now();
    if (began < this.#collectFrom) return;
    this.#collectFrom = Number.POSITIVE_INFINITY;
    await this.#collectNow();
    const ended = this.#now();
    this.#collectFrom = ended + (ended - began) / collectingPart;
  }

  /** The memories there are may be of no use any more, in whatever thread. */
  #askForRoom(): void {
    if (this.#now() < this.#collectFrom) return;
    beginPressure(this.#cells, pressure.memories);
    tellOfPressure(this.#cells);
  }

  #refuse(component: string, budget: ProcessBudgetName): OverloadedError {
    const cells = this.#cells;
    Atomics.add(cells, budgetGroup.refused + budgetCell[budget], 1);
    if (budget === 'linear-memories' || budget === 'mapped-areas') this.#askForRoom();
    const { used, ceiling } = readProcessBudgets(this.#thread.budgets)[budget];
    return new OverloadedError({ component, budget, reason: reasons[budget](used, ceiling) });
  }
}

/** What the memories of one owner take. */
interface Held {
  readonly memories: number;
  readonly areas: number;
}

/** Where a budget is counted, as addresses. */
interface Counted {
  readonly count: number;
  readonly tally: number;
  readonly ceiling: number;
}

const mib = 1_024 * 1_024;

const reasons: Readonly<Record<ProcessBudgetName, (used: number, ceiling: number) => string>> = {
  'suspended-stacks': (used, ceiling) =>
    `${used} guests run or wait in this process, of at most ${ceiling}: lower max_instances of components that wait for long, or start another host`,
  'linear-memories': (used, ceiling) =>
    `the guests of this process have ${used} linear memories, of at most ${ceiling}: lower max_instances of components, or start another host`,
  'mapped-areas': (used, ceiling) =>
    `this process has about ${used} mapped areas of memory, of at most ${ceiling}: raise vm.max_map_count, or start another host`,
  'resident-memory': (used, ceiling) =>
    `this process has ${Math.round(used / mib)} MiB in memory, of at most ${Math.round(ceiling / mib)} MiB: raise its memory limit, or lower max_instances or max_memory_limit of components`,
};
