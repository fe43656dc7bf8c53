import type { JsonObject } from '@wasmlattice/control-interface';
import type { TraceBatch } from '@wasmlattice/telemetry';
import { checkedSpan, checkedTraceLine, encodeHostTraces, encodeSpan } from './host-traces.js';
import { encodeLogLine } from './log-lines.js';

/** The last spans of a host and what was logged within their traces, while somebody asks for them. */
export interface TraceRing {
  /** @param componentId the component that all of it is from, whatever it says */
  add(batch: TraceBatch, componentId?: string): void;
  /** What came after that number, as a message; nothing is kept for those who stop asking. */
  answer(after: number): Uint8Array;
}

export interface TraceRingOptions {
  readonly hostId: string;
  /** What all that is kept may come to, as it is told. Default 2 MiB. */
  readonly maxBytes?: number;
  /** Most bytes of an answer; any NATS server takes 1 MiB. Default 256 KiB. */
  readonly maxMessageBytes?: number;
  /** How long is kept what nobody asks for, in ms. Default 30,000. */
  readonly keepMs?: number;
  /** By default `performance.now`. */
  readonly now?: () => number;
}

type Entry = { readonly bytes: number } & (
  | { readonly span: JsonObject }
  | { readonly line: JsonObject }
  /** So many were lost before they came here. */
  | { readonly lost: number }
);

export function createTraceRing(options: TraceRingOptions): TraceRing {
  const { hostId, maxBytes = 2 * 1_024 * 1_024, maxMessageBytes = 256 * 1_024, keepMs = 30_000 } = options;
  const { now = () => performance.now() } = options;
  let askedAt = Number.NEGATIVE_INFINITY;
  let entries: Entry[] = [];
  let bytes = 0;
  /** Number of the first entry that is kept; counted from 1 on, as 0 asks for all. */
  let first = 1;

  const dropOldest = (room: number): void => {
    let gone = 0;
    for (; bytes > room; gone += 1) bytes -= entries[gone]?.bytes ?? bytes;
    entries = entries.slice(gone);
    first += gone;
  };
  const push = (entry: Omit<Entry, 'bytes'>): void => {
    const size = Buffer.byteLength(JSON.stringify(entry));
    entries.push({ ...entry, bytes: size } as Entry);
    bytes += size;
  };
  return {
    add(batch, componentId) {
      if (now() - askedAt > keepMs) {
        dropOldest(0);
        return;
      }
      for (const each of batch.spans) {
        const span = checkedSpan(each, componentId);
        if (span !== undefined) push({ span: encodeSpan(span) });
      }
      for (const each of batch.logs) {
        const line = checkedTraceLine(each, componentId);
        if (line !== undefined) push({ line: encodeLogLine(line) });
      }
      if (batch.dropped > 0) push({ lost: batch.dropped });
      if (bytes > maxBytes) dropOldest(maxBytes);
    },

    answer(after) {
      askedAt = now();
      const end = first + entries.length;
      // A number beyond is of another host of that id, before this one was started.
      const from = after >= end ? 0 : after;
      const spans: JsonObject[] = [];
      const lines: JsonObject[] = [];
      let dropped = from === 0 ? 0 : Math.max(0, first - 1 - from);
      let next = Math.max(from, first - 1);
      let size = 0;
      for (const entry of entries.slice(Math.max(0, from + 1 - first))) {
        if (size > 0 && size + entry.bytes > maxMessageBytes) break;
        size += entry.bytes;
        next += 1;
        if ('span' in entry) spans.push(entry.span);
        else if ('line' in entry) lines.push(entry.line);
        else dropped += entry.lost;
      }
      return encodeHostTraces({ hostId, spans, lines, dropped, next, hasMore: next + 1 < end });
    },
  };
}
