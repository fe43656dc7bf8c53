import type { ExportedLog } from '../log/exported-log.js';
import type { Measurement } from '../metric/measurement.js';
import type { SpanRecord } from '../trace/span-record.js';

/** What a thread measured since its last batch, as plain data for the thread that exports it. */
export interface TelemetryBatch {
  readonly spans: readonly SpanRecord[];
  readonly measurements: readonly Measurement[];
  readonly logs: readonly ExportedLog[];
}
