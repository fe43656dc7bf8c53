import type { CellBlock } from './cell-memory.js';

/** What came of the invocations of a component since it was started, over all threads that ran it. */
export interface InvocationFigures {
  /** Those that are over, whatever came of them. */
  readonly invocations: number;
  /** Of these, those that failed: refused, trapped, beyond a limit, left without a complete answer. */
  readonly errors: number;
  /** Together, waiting for an instance included. */
  readonly durationMs: number;
  /** How long its guests computed. */
  readonly computedMs: number;
  /** Invocations by their duration: one number for each of {@link durationBoundsMs}, and one for what took longer. */
  readonly durations: readonly number[];
}

/** How a thread counts. It is the only one that writes its part, so nothing needs to be atomic. */
export interface FigureWriter {
  /** An invocation is over that took so long, its wait for an instance included. */
  over(durationMs: number, isOk: boolean): void;
  /** Its guests have computed for so long, since this writer was made. */
  computed(totalMs: number): void;
}

/** Upper bounds of the durations that are counted together, in ms. */
export const durationBoundsMs: readonly number[] = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000,
];

/** Numbers of one thread, each a `Float64`: counts of a busy component pass what an `Int32` holds within a day. */
const cell = { invocations: 0, errors: 1, durationMs: 2, computedMs: 3, durations: 4 } as const;

const numbersPerLine = 8;
/** Cache lines of one thread. */
export const figureLines: number = Math.ceil((cell.durations + durationBoundsMs.length + 1) / numbersPerLine);
const numbersPerThread = figureLines * numbersPerLine;

export function createFigureWriter(figures: CellBlock, thread: number): FigureWriter {
  const numbers = viewNumbers(figures, thread);
  const add = (index: number, value: number): void => {
    numbers[index] = (numbers[index] as number) + value;
  };
  let countedMs = 0;
  return {
    over(durationMs, isOk) {
      add(cell.invocations, 1);
      if (!isOk) add(cell.errors, 1);
      add(cell.durationMs, durationMs);
      let bucket = 0;
      while (bucket < durationBoundsMs.length && durationMs > (durationBoundsMs[bucket] as number)) bucket++;
      add(cell.durations + bucket, 1);
    },
    computed(totalMs) {
      // Added, since a thread before this one may have counted here.
      add(cell.computedMs, totalMs - countedMs);
      countedMs = totalMs;
    },
  };
}

export function readFigures(figures: CellBlock, threads: number): InvocationFigures {
  const all = Array.from({ length: threads }, (_, thread) => viewNumbers(figures, thread));
  const sum = (index: number): number =>
    all.reduce((total, numbers) => total + (numbers[index] as number), 0);
  return {
    invocations: sum(cell.invocations),
    errors: sum(cell.errors),
    durationMs: sum(cell.durationMs),
    computedMs: sum(cell.computedMs),
    durations: Array.from({ length: durationBoundsMs.length + 1 }, (_, bucket) =>
      sum(cell.durations + bucket),
    ),
  };
}

/** For a component that has not run. */
export const noFigures: InvocationFigures = {
  invocations: 0,
  errors: 0,
  durationMs: 0,
  computedMs: 0,
  durations: Array.from({ length: durationBoundsMs.length + 1 }, () => 0),
};

function viewNumbers({ memory, offset }: CellBlock, thread: number): Float64Array<SharedArrayBuffer> {
  const bytes = numbersPerThread * Float64Array.BYTES_PER_ELEMENT;
  return new Float64Array(memory.buffer, offset + thread * bytes, numbersPerThread);
}
