import type { Attributes } from './attributes.js';

export interface InstrumentOptions {
  /** Unit as exported: `nanoseconds`, `bytes`. */
  readonly unit?: string;
  readonly description?: string;
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

/** Makes instruments; make each once and keep it. */
export interface Meter {
  counter(name: string, options?: InstrumentOptions): Counter;
  upDownCounter(name: string, options?: InstrumentOptions): UpDownCounter;
  histogram(name: string, options?: InstrumentOptions): Histogram;
  gauge(name: string, options?: InstrumentOptions): Gauge;
}

const noopAdd: Counter & UpDownCounter = { add() {} };
const noopRecord: Histogram & Gauge = { record() {} };

/** Drops every measurement: the default wherever a meter is optional. */
export const noopMeter: Meter = {
  counter: () => noopAdd,
  upDownCounter: () => noopAdd,
  histogram: () => noopRecord,
  gauge: () => noopRecord,
};
