import { createReadStream } from 'node:fs';
import { viewCells } from './cell-memory.js';
import {
  beginPressure,
  beginPressureOfMemories,
  budgetCell,
  budgetGroup,
  endPressure,
  endPressureOfMemories,
  type ProcessBudgets,
  plain,
  pressure,
  processCell,
  readProcessBudgets,
  tellOfPressure,
  toUnits,
} from './process-budgets.js';

export interface ProcessSamplerOptions {
  readonly budgets: ProcessBudgets;
  /** Time between two samples, in ms, by default 500. */
  readonly intervalMs?: number;
  /** Bytes that the process has in memory. It throws while the system can't be asked. */
  readonly residentMemory?: () => number;
  /** Called with each sample for which it could not: mostly there was no file descriptor left, `EMFILE`. */
  readonly onUnreadable?: (error: unknown) => void;
  /** Mapped areas that the process has; by default {@link countMappedAreas}. */
  readonly mappedAreas?: () => Promise<number | undefined>;
}

/** Looks at what can't be counted as it is used. */
export interface ProcessSampler {
  /** Looks now. */
  sample(): Promise<void>;
  close(): void;
}

/**
 * Parts of the ceiling of resident memory where pressure begins and ends, and where invocations are refused until it is as low as the
 * last one again.
 */
const residentMemoryParts = { pressureBegins: 0.9, pressureEnds: 0.85, accepts: 0.95 };

/** Mapped areas are looked at from this part of their ceiling on, and only each so many-th time: 20 ms at 32,000, in another thread. */
const mappedAreasParts = { counts: 0.5, every: 10 };

/** For the control plane; one for each process. */
export function startProcessSampler(options: ProcessSamplerOptions): ProcessSampler {
  const { budgets, intervalMs = 500, onUnreadable = () => {} } = options;
  const { residentMemory = () => process.memoryUsage.rss(), mappedAreas = countMappedAreas } = options;
  const cells = viewCells(budgets);
  /** What the count of mapped areas was off by. It is never less than what was given at first. */
  let correction = 0;
  let samples = 0;
  let sampling: Promise<void> = Promise.resolve();

  const sampleResidentMemory = (): void => {
    const used = budgetGroup.used + budgetCell['resident-memory'];
    try {
      Atomics.store(cells, used, toUnits('resident-memory', residentMemory()));
    } catch (error) {
      // What it was before stands: whoever opens connections enough has the process run out of descriptors.
      onUnreadable(error);
      return;
    }
    judgeResidentMemory();
  };

  const judgeResidentMemory = (): void => {
    const { used, ceiling } = readProcessBudgets(budgets)['resident-memory'];
    const part = used / ceiling;
    if (part >= 1) Atomics.store(cells, processCell.isResidentMemoryFull, 1);
    if (part < residentMemoryParts.accepts) Atomics.store(cells, processCell.isResidentMemoryFull, 0);
    if (part >= residentMemoryParts.pressureBegins) beginPressure(cells, pressure.residentMemory);
    if (part < residentMemoryParts.pressureEnds) endPressure(cells, pressure.residentMemory);
  };

  const sampleMappedAreas = async (): Promise<void> => {
    const { used: before, ceiling } = readProcessBudgets(budgets)['mapped-areas'];
    if (before < ceiling * mappedAreasParts.counts || samples++ % mappedAreasParts.every !== 0) return;
    const counted = await mappedAreas();
    if (counted === undefined) return;
    const next = Math.max(0, correction + counted - before);
    Atomics.add(cells, budgetGroup.used + budgetCell['mapped-areas'], next - correction);
    correction = next;
    beginPressureOfMemories(cells);
  };

  const sample = (): Promise<void> => {
    sampling = sampling.then(async () => {
      sampleResidentMemory();
      await sampleMappedAreas();
      endPressureOfMemories(cells);
      // For as long as it lasts: there is always something new to drop, and who told of it first may have ended over it.
      if (plain(cells, processCell.pressed) !== 0) tellOfPressure(cells);
    });
    return sampling;
  };
  const timer = setInterval(() => void sample(), intervalMs);
  timer.unref();
  void sample();
  return { sample, close: () => clearInterval(timer) };
}

/** Mapped areas of this process; `undefined` where the system does not tell. */
export async function countMappedAreas(): Promise<number | undefined> {
  let areas = 0;
  try {
    for await (const chunk of createReadStream('/proc/self/maps')) {
      for (const byte of chunk as Buffer) if (byte === lineFeed) areas++;
    }
    return areas;
  } catch {
    return undefined;
  }
}

const lineFeed = 10;
