import type { Attributes } from '../attributes.js';

export interface InstrumentOptions {
  /** Unit as exported: `nanoseconds`, `bytes`. */
  readonly unit?: string;
  readonly description?: string;
  /** Upper bounds of a histogram's buckets; those of the SDK by default, which suit milliseconds. */
  readonly buckets?: readonly number[];
}

/** Only ever grows. */
export interface Counter {
  add(value: number, attributes?: Attributes): void;
}

/** Grows and shrinks: things in flight. */
export interface UpDownCounter {
  add(value: number, attributes?: Attributes): void;
}

/** A distribution: durations, sizes. */
export interface Histogram {
  record(value: number, attributes?: Attributes): void;
}

/** The latest value of something. */
export interface Gauge {
  record(value: number, attributes?: Attributes): void;
}

/** What is read whenever metrics are collected. */
export interface Observation {
  /** Reads no more; the value counts as 0 from now on. */
  close(): void;
}

/**
 * Makes instruments; make each once and keep it. Attributes that are used again are best kept, too: a measurement whose
 * attributes are the same object as before is cheap.
 */
export interface Meter {
  counter(name: string, options?: InstrumentOptions): Counter;
  upDownCounter(name: string, options?: InstrumentOptions): UpDownCounter;
  histogram(name: string, options?: InstrumentOptions): Histogram;
  gauge(name: string, options?: InstrumentOptions): Gauge;
  /**
   * An up-down counter whose value is read whenever metrics are collected: what somebody counts anyway costs nothing in
   * between. Observations with the same name and attributes add up.
   */
  observe(
    name: string,
    read: () => number,
    options?: InstrumentOptions & { readonly attributes?: Attributes },
  ): Observation;
}

const noopAdd: Counter & UpDownCounter = { add() {} };
const noopRecord: Histogram & Gauge = { record() {} };
const noopObservation: Observation = { close() {} };

/** Drops every measurement: the default wherever a meter is optional. */
export const noopMeter: Meter = {
  counter: () => noopAdd,
  upDownCounter: () => noopAdd,
  histogram: () => noopRecord,
  gauge: () => noopRecord,
  observe: () => noopObservation,
};
