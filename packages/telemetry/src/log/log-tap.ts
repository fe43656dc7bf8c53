import { type ExportedLog, toExportedLog } from './exported-log.js';
import type { LogRecord } from './log-record.js';

/** Log records for somebody who listens, as plain data. */
export interface LogBatch {
  readonly logs: readonly ExportedLog[];
  /** Records that there was no room for since the last batch. */
  readonly dropped: number;
}

/** Hands log records on while somebody listens. Closed, as it is at first, it costs a comparison for each record. */
export interface LogTap {
  readonly take: (record: LogRecord) => void;
  /** Hands on what is logged from now on, for so long, in ms; a further call moves the end. 0 closes it. */
  open(forMs: number): void;
  /** Hands on what is there and takes nothing more; safe to call twice. */
  close(): void;
}

export interface LogTapOptions {
  /** Takes a batch; what it throws is dropped. */
  readonly post: (batch: LogBatch) => void;
  /** Longest time between a record and its batch, in ms. Default 100. */
  readonly intervalMs?: number;
  /** Most records of a batch; those beyond are counted. Default 500. */
  readonly maxRecords?: number;
  /** By default `performance.now`. */
  readonly now?: () => number;
}

export function createLogTap(options: LogTapOptions): LogTap {
  const { post, intervalMs = 100, maxRecords = 500, now = () => performance.now() } = options;
  let openUntil = 0;
  let isOpen = false;
  let timer: NodeJS.Timeout | undefined;
  let logs: ExportedLog[] = [];
  let dropped = 0;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (logs.length === 0 && dropped === 0) return;
    const batch = { logs, dropped };
    logs = [];
    dropped = 0;
    try {
      post(batch);
    } catch {
      // Whoever listens gets no more than can be told; the one who logs has nothing to do with it.
    }
  };
  return {
    take(record) {
      if (!isOpen) return;
      if (now() >= openUntil) {
        isOpen = false;
        return;
      }
      if (logs.length < maxRecords) logs.push(toExportedLog(record));
      else dropped++;
      timer ??= setTimeout(flush, intervalMs).unref();
    },
    open(forMs) {
      openUntil = now() + forMs;
      isOpen = forMs > 0;
    },
    close() {
      isOpen = false;
      flush();
    },
  };
}
