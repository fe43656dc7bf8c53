import { type ExportedLog, toExportedLog } from '../log/exported-log.js';
import type { LogRecord } from '../log/log-record.js';
import type { SpanRecord } from './span-record.js';

/** Finished spans, and what was logged within their traces, for somebody who asks; plain data. */
export interface TraceBatch {
  readonly spans: readonly SpanRecord[];
  /** Those that belong to a trace. */
  readonly logs: readonly ExportedLog[];
  /** Spans and logs that there was no room for since the last batch. */
  readonly dropped: number;
}

/** Hands finished spans on while somebody asks for them. Closed, as it is at first, it costs a comparison for each call. */
export interface TraceTap {
  readonly isOpen: () => boolean;
  /** Whether a call that belongs to no trace begins one: a busy thread begins a few each second. */
  readonly startsTrace: () => boolean;
  readonly takeSpan: (span: SpanRecord) => void;
  readonly takeLog: (record: LogRecord) => void;
  /** Hands on what ends from now on, for so long, in ms; a further call moves the end. 0 closes it. */
  open(forMs: number): void;
  /** Hands on what is there and takes nothing more; safe to call twice. */
  close(): void;
}

export interface TraceTapOptions {
  /** Takes a batch; what it throws is dropped. */
  readonly post: (batch: TraceBatch) => void;
  /** Longest time between a span and its batch, in ms. Default 100. */
  readonly intervalMs?: number;
  /** Most spans, and most logs, of a batch; those beyond are counted. Default 500. */
  readonly maxRecords?: number;
  /** Most traces that begin here within a second: more than anybody reads. Default 25. */
  readonly maxTracesPerSecond?: number;
  /** By default `performance.now`. */
  readonly now?: () => number;
}

export function createTraceTap(options: TraceTapOptions): TraceTap {
  const { post, intervalMs = 100, maxRecords = 500, maxTracesPerSecond = 25 } = options;
  const { now = () => performance.now() } = options;
  let openUntil = 0;
  let wasOpened = false;
  let second = Number.NEGATIVE_INFINITY;
  let tracesOfSecond = 0;
  let timer: NodeJS.Timeout | undefined;
  let spans: SpanRecord[] = [];
  let logs: ExportedLog[] = [];
  let dropped = 0;

  const isOpen = (): boolean => {
    if (wasOpened && now() >= openUntil) wasOpened = false;
    return wasOpened;
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (spans.length === 0 && logs.length === 0 && dropped === 0) return;
    const batch = { spans, logs, dropped };
    spans = [];
    logs = [];
    dropped = 0;
    try {
      post(batch);
    } catch {
      // Whoever asks gets no more than can be told; the one who calls has nothing to do with it.
    }
  };
  const schedule = (): void => {
    timer ??= setTimeout(flush, intervalMs).unref();
  };
  return {
    isOpen,
    startsTrace() {
      if (!isOpen()) return false;
      const current = Math.floor(now() / 1_000);
      if (current !== second) {
        second = current;
        tracesOfSecond = 0;
      }
      tracesOfSecond += 1;
      return tracesOfSecond <= maxTracesPerSecond;
    },
    takeSpan(span) {
      if (!isOpen()) return;
      if (spans.length < maxRecords) spans.push(span);
      else dropped++;
      schedule();
    },
    takeLog(record) {
      if (record.fields.trace_id === undefined || !isOpen()) return;
      if (logs.length < maxRecords) logs.push(toExportedLog(record));
      else dropped++;
      schedule();
    },
    open(forMs) {
      openUntil = now() + forMs;
      wasOpened = forMs > 0;
    },
    close() {
      wasOpened = false;
      flush();
    },
  };
}
