import { CellAllocator, type CellBlock, cellsPerLine, viewCells } from './cell-memory.js';
import type { ProcessBudgetName } from './overloaded-error.js';
import type { ProcessCeilings } from './process-ceilings.js';

/**
 * What all threads of the process use of what there may only be so much of, in shared memory. The control plane makes it and posts
 * it to each thread, with a number for that thread. A thread may end at any moment, so what it uses is kept where another can read it.
 */
export interface ProcessBudgets extends CellBlock {
  /** How many numbers for threads there are. */
  readonly threads: number;
}

/** One thread's part of them. */
export interface ThreadOfBudgets {
  readonly budgets: ProcessBudgets;
  /** The number of the thread, from 0. */
  readonly thread: number;
}

export interface ProcessBudgetsOptions {
  /** How many threads run guests at a time, as long as the process. */
  readonly threads: number;
  /** Most threads that may come and go besides, each told of by {@link beginFurtherThread}; none by default. */
  readonly furtherThreads?: number;
  readonly ceilings: ProcessCeilings;
  /** Mapped areas of memory that are there without any guest, those of all threads but further ones included. */
  readonly mappedAreas?: number;
}

/** One budget, in bytes for `resident-memory`. */
export interface BudgetUse {
  readonly used: number;
  /** Infinite for what nothing bounds. */
  readonly ceiling: number;
  /** Invocations refused for it since the start. */
  readonly refused: number;
}

/** Names of the metrics that tell of budgets. */
export const budgetMetrics = {
  /** Counter of refused invocations, by the name of the budget as `budget`; `waiting-invocations` is one of them. */
  refused: 'wasmlattice.overloaded',
  /** Gauges, by the same. */
  used: 'wasmlattice.budget.used',
  ceiling: 'wasmlattice.budget.ceiling',
} as const;

/**
 * Mapped areas that a linear memory takes, and the stack of a guest that can wait: what can be used and the guard beside it. Measured on
 * Node.js 26.10, Linux, x64, by the lines of `/proc/self/maps` for 500 and 2,000 of them; growth changes nothing. A memory that maps
 * its image takes as many, and one more for what it grows beyond the image.
 */
export const mappedAreasOf = { memory: 2, stack: 2 } as const;

/** Areas of the process when it begins, and of each thread it starts, rounded up: measured 220 and 40. */
const defaultMappedAreas = { process: 300, thread: 64 };

/** Each budget has a cell in each of these groups, the one of {@link budgetCell}. Resident memory is in KiB. */
export const budgetGroup = { ceiling: 0, used: 4, refused: 8 } as const;

export const budgetCell: Readonly<Record<ProcessBudgetName, number>> = {
  'suspended-stacks': 0,
  'linear-memories': 1,
  'mapped-areas': 2,
  'resident-memory': 3,
};

/** Other cells of all threads, each an `Int32`. */
export const processCell = {
  /** 1 when resident memory is at its ceiling: nothing is invoked. */
  isResidentMemoryFull: 12,
  /** Bits of {@link pressure}: what is kept without need is to be dropped. */
  pressed: 13,
  /** Counts the times that threads were told of pressure; they sleep on this one. */
  pressures: 14,
} as const;

/** Cells of one thread, from {@link firstCellOf}: its tallies of what is used. */
export const tallyCell = { stacks: 0, memories: 1, areas: 2 } as const;

/** Why there is pressure, as bits. */
export const pressure = { memories: 1, residentMemory: 2 } as const;

const budgetNames = Object.keys(budgetCell) as ProcessBudgetName[];
const maxInt32 = 2 ** 31 - 1;

/**
 * @param allocator by default the budgets have a memory of their own
 * @throws RangeError
 */
export function createProcessBudgets(
  { threads, furtherThreads = 0, ceilings, mappedAreas }: ProcessBudgetsOptions,
  allocator: CellAllocator = new CellAllocator(),
): ProcessBudgets {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`the number of threads must be a whole number of at least 1, not ${threads}`);
  }
  const numbers = threads + furtherThreads;
  const budgets = { ...allocator.allocate(numbers + 1), threads: numbers };
  const cells = viewCells(budgets);
  for (const budget of budgetNames) {
    if (!(ceilings[budget] > 0)) {
      throw new RangeError(`the ceiling of ${budget} must be above 0, not ${ceilings[budget]}`);
    }
    cells[budgetGroup.ceiling + budgetCell[budget]] = Math.min(maxInt32, toUnits(budget, ceilings[budget]));
  }
  cells[budgetGroup.used + budgetCell['mapped-areas']] =
    mappedAreas ?? defaultMappedAreas.process + threads * defaultMappedAreas.thread;
  return budgets;
}

/**
 * Where the cells of a thread begin.
 *
 * @throws RangeError
 */
export function firstCellOf({ budgets: { threads }, thread }: ThreadOfBudgets): number {
  if (!Number.isInteger(thread) || thread < 0 || thread >= threads) {
    throw new RangeError(`there is no thread ${thread} in budgets for ${threads} threads`);
  }
  return (thread + 1) * cellsPerLine;
}

/** All budgets of the process at this moment: for gauges, and for answers to who asks what the host is at. */
export function readProcessBudgets(budgets: ProcessBudgets): Readonly<Record<ProcessBudgetName, BudgetUse>> {
  const cells = viewCells(budgets);
  const read = (group: number, budget: ProcessBudgetName): number =>
    Atomics.load(cells, group + budgetCell[budget]);
  const use = (budget: ProcessBudgetName): BudgetUse => {
    const ceiling = read(budgetGroup.ceiling, budget);
    return {
      used: fromUnits(budget, read(budgetGroup.used, budget)),
      ceiling: ceiling === maxInt32 ? Number.POSITIVE_INFINITY : fromUnits(budget, ceiling),
      refused: read(budgetGroup.refused, budget),
    };
  };
  return {
    'suspended-stacks': use('suspended-stacks'),
    'linear-memories': use('linear-memories'),
    'mapped-areas': use('mapped-areas'),
    'resident-memory': use('resident-memory'),
  };
}

/**
 * Counts what a further thread takes without any guest, until {@link reclaimThreadBudgets}. It is not refused: what there is too
 * much of then is refused to guests.
 */
export function beginFurtherThread(thread: ThreadOfBudgets): void {
  const cells = viewCells(thread.budgets);
  Atomics.add(cells, firstCellOf(thread) + tallyCell.areas, defaultMappedAreas.thread);
  Atomics.add(cells, budgetGroup.used + budgetCell['mapped-areas'], defaultMappedAreas.thread);
}

/**
 * Takes back what a thread used when it ended; V8 has freed it. To be called once it has ended; then its number may go to another
 * one. Calling it again does nothing.
 */
export function reclaimThreadBudgets(thread: ThreadOfBudgets): void {
  const cells = viewCells(thread.budgets);
  const own = firstCellOf(thread);
  const give = (tally: number, budget: ProcessBudgetName): void => {
    const left = Atomics.exchange(cells, own + tally, 0);
    Atomics.sub(cells, budgetGroup.used + budgetCell[budget], left);
  };
  give(tallyCell.stacks, 'suspended-stacks');
  give(tallyCell.memories, 'linear-memories');
  give(tallyCell.areas, 'mapped-areas');
  endPressureOfMemories(cells);
}

/** Begins at this part of a ceiling; what is kept for later is dropped. */
const pressureBegins = 0.75;
const pressureEnds = 0.65;

/** To be asked after memories were added. */
export function beginPressureOfMemories(cells: Int32Array<SharedArrayBuffer>): void {
  if (memoriesAreBeyond(cells, pressureBegins)) beginPressure(cells, pressure.memories);
}

export function endPressureOfMemories(cells: Int32Array<SharedArrayBuffer>): void {
  if ((plain(cells, processCell.pressed) & pressure.memories) === 0) return;
  if (!memoriesAreBeyond(cells, pressureEnds)) endPressure(cells, pressure.memories);
}

export function beginPressure(cells: Int32Array<SharedArrayBuffer>, bit: number): void {
  if ((Atomics.or(cells, processCell.pressed, bit) & bit) === 0) tellOfPressure(cells);
}

/** Whether the resident memory of the process is so near its ceiling that nothing is to be kept without need. */
export function isMemoryShort(budgets: ProcessBudgets): boolean {
  return (plain(viewCells(budgets), processCell.pressed) & pressure.residentMemory) !== 0;
}

/** Has all threads drop what they keep without need. */
export function tellOfPressure(cells: Int32Array<SharedArrayBuffer>): void {
  Atomics.add(cells, processCell.pressures, 1);
  Atomics.notify(cells, processCell.pressures);
}

export function endPressure(cells: Int32Array<SharedArrayBuffer>, bit: number): void {
  Atomics.and(cells, processCell.pressed, ~bit);
}

function memoriesAreBeyond(cells: Int32Array<SharedArrayBuffer>, part: number): boolean {
  return (
    isBeyond(cells, budgetCell['linear-memories'], part) || isBeyond(cells, budgetCell['mapped-areas'], part)
  );
}

function isBeyond(cells: Int32Array<SharedArrayBuffer>, budget: number, part: number): boolean {
  return plain(cells, budgetGroup.used + budget) >= plain(cells, budgetGroup.ceiling + budget) * part;
}

/** What another core has written lately may not be seen yet; cheaper than `Atomics.load`. */
export function plain(cells: Int32Array<SharedArrayBuffer>, cell: number): number {
  return cells[cell] as number;
}

const kib = 1_024;

export function toUnits(budget: ProcessBudgetName, figure: number): number {
  return budget === 'resident-memory' ? Math.floor(figure / kib) : Math.floor(figure);
}

function fromUnits(budget: ProcessBudgetName, units: number): number {
  return budget === 'resident-memory' ? units * kib : units;
}
