import { type HostTraces, workloadOf } from '@wasmlattice/diagnostics';
import { mostTraces, type SpanRow, type TraceLineRow, type TraceRow } from '../model/traces.js';

/** Most spans, and most lines, of a trace that are kept. */
const mostOfATrace = 200;

interface KeptTrace {
  readonly spans: SpanRow[];
  readonly lines: TraceLineRow[];
  isCut: boolean;
}

/** The last traces, put together from what hosts tell of them. */
export class TraceLog {
  readonly #shown: (text: string) => string;
  readonly #traces = new Map<string, KeptTrace>();
  readonly #changed = new Set<string>();

  /** @param shown gives back what guests say as it is to be shown */
  constructor(shown: (text: string) => string = (text) => text) {
    this.#shown = shown;
  }

  add({ hostId, lines, spans }: Pick<HostTraces, 'hostId' | 'spans' | 'lines'>): void {
    for (const { attributes, context, endMs, error, name, parentSpanId, startMs } of spans) {
      this.#addTo(context.traceId, 'spans', {
        id: context.spanId,
        parentId: parentSpanId,
        hostId,
        name,
        startMs,
        endMs,
        attributes: Object.fromEntries(
          Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
        ),
        error: error && this.#shown(error.message),
        stack: error?.stack === undefined ? undefined : this.#shown(error.stack),
      });
    }
    for (const line of lines) {
      const { attributes, level, time, traceId } = line;
      if (traceId === undefined) continue;
      const { guest_stderr: stderr } = attributes;
      const message = this.#shown(stderr === undefined ? line.message : `${line.message}\n${stderr}`);
      this.#addTo(traceId, 'lines', { time, level, hostId, workload: workloadOf(line), message });
    }
  }

  all(): readonly TraceRow[] {
    return [...this.#traces.keys()].flatMap((id) => this.#rowOf(id));
  }

  /** Those that are new or different since the last call. */
  takeChanges(): readonly TraceRow[] {
    const changed = [...this.#changed].flatMap((id) => this.#rowOf(id));
    this.#changed.clear();
    return changed;
  }

  #addTo(id: string, part: 'spans', row: SpanRow): void;
  #addTo(id: string, part: 'lines', row: TraceLineRow): void;
  #addTo(id: string, part: 'spans' | 'lines', row: SpanRow | TraceLineRow): void {
    const trace = this.#traces.get(id) ?? { spans: [], lines: [], isCut: false };
    this.#traces.set(id, trace);
    this.#changed.add(id);
    const rows: (SpanRow | TraceLineRow)[] = trace[part];
    if (rows.length < mostOfATrace) rows.push(row);
    else trace.isCut = true;
    if (this.#traces.size <= mostTraces) return;
    const [oldest = ''] = this.#traces.keys();
    this.#traces.delete(oldest);
    this.#changed.delete(oldest);
  }

  #rowOf(id: string): readonly TraceRow[] {
    const trace = this.#traces.get(id);
    return trace === undefined ? [] : [{ id, ...trace }];
  }
}
