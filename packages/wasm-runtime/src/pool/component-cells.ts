import { CellAllocator, type CellBlock, cellsPerLine, viewCells } from './cell-memory.js';
import { door } from './cell-steps.js';
import { figureLines } from './component-figures.js';
import { monotonicMs, msSince, toTimeCell } from './monotonic-clock.js';

/**
 * What the threads that run a component know of each other, in shared memory. The control plane makes it and posts it to each
 * thread, with a number for that thread. A thread may end at any moment, so what it has is kept where another can read it.
 */
export interface ComponentCells extends CellBlock {
  readonly threads: number;
  /** What each thread counts of the component's invocations: `component-figures.ts`. */
  readonly figures: CellBlock;
}

/** One thread's part of them. */
export interface ThreadCells {
  readonly cells: ComponentCells;
  /** The number of the thread, from 0. */
  readonly thread: number;
}

export interface ComponentCellsOptions {
  /** Permits of the component, over all threads. */
  readonly limit: number;
  /** How many threads may run it. */
  readonly threads: number;
  /** Callers that may wait for a permit, over all threads; by default {@link defaultMaxWaiting}. */
  readonly maxWaiting?: number;
}

/** What a component uses of its limits, over all threads. */
export interface ComponentUse {
  readonly limit: number;
  readonly taken: number;
  readonly waiting: number;
  readonly maxWaiting: number;
  /** Callers that were refused since the cells were made, because too many waited. */
  readonly refused: number;
}

/** Cells of all threads, each an `Int32`. */
export const componentCell = {
  limit: 0,
  maxWaiting: 1,
  taken: 2,
  /** Callers that wait, in whatever thread. */
  waiting: 3,
  refused: 4,
  /** 1 when the bound on waiting stays as it is, whatever becomes of the limit. */
  isMaxWaitingFixed: 5,
  /** 1 when it was told that guests leave the end of their bodies to the host. */
  isUnfinishedBodyTold: 6,
} as const;

/** Cells of one thread, from {@link firstThreadCell}. */
export const threadCell = {
  /** Permits that it has, without one that is under way to it. */
  held: 0,
  /** Callers that wait in it. */
  waiting: 1,
  /** Since when the first of them waits; 0 when none does. */
  waitingSince: 2,
  /** Whether it can be handed a permit: `cell-steps.ts`. */
  door: 3,
  /** How often it was handed a permit. */
  handed: 4,
  /** Counts what makes a wait worth another look; it sleeps on this one. */
  wakeUps: 5,
  /** When its oldest invocation in flight began; 0 when it has none. */
  oldestStart: 6,
  /** When an invocation began there last; 0 when none ever did. */
  lastStart: 7,
  /** Instances in it that callers hold resources of. */
  kept: 8,
} as const;

/**
 * By default 1,024, which is what comes in one gust from a proxy or a queue, and 16 for each permit: who waits longer than
 * sixteen invocations take had better learn of it. Without a bound a queue holds what nobody waits for any more.
 */
export function defaultMaxWaiting(limit: number): number {
  return 1_024 + 16 * limit;
}

/**
 * @param allocator by default the component has a memory of its own
 * @throws RangeError
 */
export function createComponentCells(
  { limit, threads, maxWaiting }: ComponentCellsOptions,
  allocator: CellAllocator = new CellAllocator(),
): ComponentCells {
  assertWhole('the number of threads', threads, 1);
  const component = {
    ...allocator.allocate(threads + 1),
    threads,
    figures: allocator.allocate(threads * figureLines),
  };
  const cells = viewCells(component);
  if (maxWaiting !== undefined) {
    assertWhole('the bound on waiting', maxWaiting, 0);
    cells[componentCell.maxWaiting] = maxWaiting;
    cells[componentCell.isMaxWaitingFixed] = 1;
  }
  for (let thread = 0; thread < threads; thread++) {
    cells[firstThreadCell({ cells: component, thread }) + threadCell.door] = door.closed;
  }
  setPermitLimit(component, limit);
  return component;
}

/**
 * Where the cells of a thread begin.
 *
 * @throws RangeError
 */
export function firstThreadCell({ cells: { threads }, thread }: ThreadCells): number {
  if (!Number.isInteger(thread) || thread < 0 || thread >= threads) {
    throw new RangeError(`there is no thread ${thread} in cells for ${threads} threads`);
  }
  return cellsOfAll + thread * cellsPerLine;
}

/** The first cells of all threads. */
export function* firstThreadCells(cells: Int32Array<SharedArrayBuffer>): Iterable<number> {
  for (let first = cellsOfAll; first < cells.length; first += cellsPerLine) yield first;
}

/**
 * A lower limit takes no permit away: it takes effect as permits come back. The bound on waiting goes along, unless it was
 * given.
 *
 * @throws RangeError
 */
export function setPermitLimit(component: ComponentCells, limit: number): void {
  assertWhole('max_instances', limit, 1);
  const cells = viewCells(component);
  if (cells[componentCell.isMaxWaitingFixed] !== 1) {
    Atomics.store(cells, componentCell.maxWaiting, Math.min(maxInt32, defaultMaxWaiting(limit)));
  }
  Atomics.store(cells, componentCell.limit, limit);
  wakeWaitingThreads(cells);
}

export function readComponentUse(component: ComponentCells): ComponentUse {
  const cells = viewCells(component);
  return {
    limit: Atomics.load(cells, componentCell.limit),
    taken: Atomics.load(cells, componentCell.taken),
    waiting: Atomics.load(cells, componentCell.waiting),
    maxWaiting: Atomics.load(cells, componentCell.maxWaiting),
    refused: Atomics.load(cells, componentCell.refused),
  };
}

/** Whether nobody has told yet, in whatever thread, that guests leave the end of their bodies to the host; now somebody has. */
export function isFirstUnfinishedBody(component: ComponentCells): boolean {
  return Atomics.exchange(viewCells(component), componentCell.isUnfinishedBodyTold, 1) === 0;
}

/**
 * Takes back what a thread had when it ended: its permits, the places of those that waited in it, its place on the clock. To be
 * called once it has ended; then its number may go to another one. Calling it again does nothing.
 */
export function reclaimThread(thread: ThreadCells): void {
  const cells = viewCells(thread.cells);
  const own = firstThreadCell(thread);
  // First of all, so that it is handed nothing more.
  const isUnderWay = Atomics.exchange(cells, own + threadCell.door, door.closed) === door.underWay;
  const held = Atomics.exchange(cells, own + threadCell.held, 0);
  const waiting = Atomics.exchange(cells, own + threadCell.waiting, 0);
  Atomics.store(cells, own + threadCell.waitingSince, 0);
  Atomics.store(cells, own + threadCell.oldestStart, 0);
  Atomics.store(cells, own + threadCell.kept, 0);
  Atomics.sub(cells, componentCell.waiting, waiting);
  Atomics.sub(cells, componentCell.taken, held + (isUnderWay ? 1 : 0));
  wakeWaitingThreads(cells);
}

/** When the oldest invocation of a thread began, by {@link monotonicMs}; `undefined` when it has none in flight. */
export function readOldestStart(thread: ThreadCells, now: number = monotonicMs()): number | undefined {
  const start = Atomics.load(viewCells(thread.cells), firstThreadCell(thread) + threadCell.oldestStart);
  return start === 0 ? undefined : now - msSince(start, now);
}

/** When an invocation began last in whatever thread, by {@link monotonicMs}; `undefined` when none ever did. */
export function readLastStart(component: ComponentCells, now: number = monotonicMs()): number | undefined {
  const cells = viewCells(component);
  let last: number | undefined;
  for (const thread of firstThreadCells(cells)) {
    const start = Atomics.load(cells, thread + threadCell.lastStart);
    if (start !== 0) last = Math.max(last ?? 0, now - msSince(start, now));
  }
  return last;
}

/** How a thread tells that an invocation begins, by {@link monotonicMs}. */
export function lastStartWriter(thread: ThreadCells): (startedAt: number) => void {
  const cells = viewCells(thread.cells);
  const cell = firstThreadCell(thread) + threadCell.lastStart;
  return (startedAt) => {
    cells[cell] = toTimeCell(startedAt);
  };
}

/** How a thread tells when its oldest invocation began, by {@link monotonicMs}; `undefined`: it has none. */
export function oldestStartWriter(thread: ThreadCells): (startedAt: number | undefined) => void {
  const cells = viewCells(thread.cells);
  const cell = firstThreadCell(thread) + threadCell.oldestStart;
  return (startedAt) => {
    Atomics.store(cells, cell, startedAt === undefined ? 0 : toTimeCell(startedAt));
  };
}

/** How a thread tells how many of its instances callers hold resources of. */
export function keptWriter(thread: ThreadCells): (instances: number) => void {
  const cells = viewCells(thread.cells);
  const cell = firstThreadCell(thread) + threadCell.kept;
  return (instances) => {
    Atomics.store(cells, cell, instances);
  };
}

/** Has every thread in which somebody waits look for a permit. */
export function wakeWaitingThreads(cells: Int32Array<SharedArrayBuffer>): void {
  for (const thread of firstThreadCells(cells)) {
    if (Atomics.load(cells, thread + threadCell.waiting) > 0) wake(cells, thread);
  }
}

/** @param thread its first cell */
export function wake(cells: Int32Array<SharedArrayBuffer>, thread: number): void {
  Atomics.add(cells, thread + threadCell.wakeUps, 1);
  Atomics.notify(cells, thread + threadCell.wakeUps);
}

/** Before those of the threads. */
const cellsOfAll = cellsPerLine;

const maxInt32 = 2 ** 31 - 1;

function assertWhole(what: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least || value > maxInt32) {
    throw new RangeError(`${what} must be a whole number of at least ${least}, not ${value}`);
  }
}
