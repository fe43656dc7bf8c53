import type { LogRecord } from './log-record.js';

/** Takes log records before it is known where they go: a logger is there before what exports its records. */
export interface DeferredLogSink {
  readonly record: (record: LogRecord) => void;
  /** From now on records go to `sink`, and first those that came already; without one they are forgotten. */
  attach(sink: ((record: LogRecord) => void) | undefined): void;
}

/** What is logged before an export has started is little. */
const maxKept = 100;

export function createDeferredLogSink(): DeferredLogSink {
  let attached = false;
  let sink: ((record: LogRecord) => void) | undefined;
  const kept: LogRecord[] = [];
  return {
    record(record) {
      if (attached) sink?.(record);
      else if (kept.length < maxKept) kept.push(record);
    },
    attach(given) {
      attached = true;
      sink = given;
      for (const record of kept.splice(0)) sink?.(record);
    },
  };
}
