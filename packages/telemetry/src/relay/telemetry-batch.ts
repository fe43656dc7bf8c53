import type { Attributes } from '../attributes.js';
import type { ExportedLog } from '../log/exported-log.js';
import type { InstrumentOptions } from '../metric/meter.js';
import type { SpanRecord } from '../trace/span-record.js';

/** What a thread measured since its last batch, as plain data for the thread that exports it. */
export interface TelemetryBatch {
  readonly spans: readonly SpanRecord[];
  readonly measurements: readonly Measurement[];
  readonly logs: readonly ExportedLog[];
}

/** The measurements of one instrument with the same attributes. */
export interface Measurement {
  readonly kind: 'counter' | 'upDownCounter' | 'histogram' | 'gauge';
  readonly name: string;
  readonly options: InstrumentOptions;
  readonly attributes: Attributes;
  /** A counter's sum, a gauge's last value, each value of a histogram. */
  readonly values: readonly number[];
}
