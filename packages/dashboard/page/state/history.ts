import type { FiguresRow } from '../../src/model/lattice-rows.js';

/** What a component was at, at one time, on all hosts together. */
export interface Sample {
  /** Seconds since 1970. */
  readonly time: number;
  readonly rate: number;
  readonly errorRate: number;
  /** The worst of its hosts; absent while nothing ended. */
  readonly p99Ms: number | undefined;
  readonly running: number;
  readonly waiting: number;
}

/** A page keeps half an hour of a component that is called all the time. */
const mostSamples = 900;

/** The figures of a component on all its hosts together; `undefined` where no host tells any. */
export function sumOf(rows: readonly FiguresRow[]): Omit<Sample, 'time'> | undefined {
  const calls = rows.flatMap((row) => row.calls ?? []);
  if (calls.length === 0) return undefined;
  const sum = (pick: (each: (typeof calls)[number]) => number): number =>
    calls.reduce((total, each) => total + pick(each), 0);
  const worst = Math.max(...calls.map(({ p99Ms = -1 }) => p99Ms));
  return {
    rate: sum(({ rate }) => rate),
    errorRate: sum(({ errorRate }) => errorRate),
    p99Ms: worst < 0 ? undefined : worst,
    running: sum(({ running }) => running),
    waiting: sum(({ waiting }) => waiting),
  };
}

/** What components were at since the page was opened: a sample for each change, as servers tell nothing else. */
export class History {
  readonly #samples = new Map<string, Sample[]>();

  add(id: string, sample: Sample): void {
    const samples = this.#samples.get(id) ?? [];
    this.#samples.set(id, samples);
    samples.push(sample);
    if (samples.length > mostSamples) samples.shift();
  }

  /** Oldest first. */
  of(id: string): readonly Sample[] {
    return this.#samples.get(id) ?? [];
  }
}
