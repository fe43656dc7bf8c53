import type { Attributes } from '../attributes.js';
import type { InstrumentOptions } from './meter.js';

/** The measurements of one instrument with the same attributes. */
export interface Measurement {
  readonly kind: 'counter' | 'upDownCounter' | 'histogram' | 'gauge';
  readonly name: string;
  readonly options: InstrumentOptions;
  readonly attributes: Attributes;
  /** A counter's sum, a gauge's last value, each value of a histogram. */
  readonly values: readonly number[];
}
