import type { SpanRow, TraceRow } from '../../src/model/traces.js';

/** One step of a trace as it is drawn. */
export interface Step {
  readonly span: SpanRow;
  /** How many steps it is within. */
  readonly depth: number;
  /** When it began, after the trace did, in ms. */
  readonly afterMs: number;
  readonly durationMs: number;
}

export interface Waterfall {
  /** Each after the one that it is within, in the order in which they began. */
  readonly steps: readonly Step[];
  /** From the first beginning to the last end, in ms. */
  readonly durationMs: number;
}

/** A step whose parent is not known, since a host does not tell it or it has not ended, is one of the first. */
export function waterfallOf({ spans }: Pick<TraceRow, 'spans'>): Waterfall {
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const endMs = Math.max(...spans.map((span) => span.endMs));
  const known = new Set(spans.map(({ id }) => id));
  const inOrder = [...spans].sort((one, other) => one.startMs - other.startMs);
  const within = Map.groupBy(inOrder, ({ id, parentId }) =>
    parentId !== undefined && parentId !== id && known.has(parentId) ? parentId : '',
  );
  const steps: Step[] = [];
  const add = (span: SpanRow, depth: number): void => {
    const durationMs = Math.max(0, span.endMs - span.startMs);
    steps.push({ span, depth, afterMs: span.startMs - startMs, durationMs });
    for (const inner of within.get(span.id) ?? []) add(inner, depth + 1);
  };
  for (const first of within.get('') ?? []) add(first, 0);
  return { steps, durationMs: spans.length === 0 ? 0 : endMs - startMs };
}

/** What a step is: the request, or the function that is called. */
export function titleOf({ attributes, name }: SpanRow): string {
  const { func, instance, target } = attributes;
  if (name === 'http_request') return `${attributes['http.request.method']} ${attributes['url.path']}`;
  if (name === 'invoke') return `${instance} ${func} → ${target}`;
  return instance === undefined ? name : `${instance} ${func}`;
}

/** Who does it. */
export function ownerOf({ attributes }: SpanRow): string | undefined {
  const id = attributes.component_id ?? attributes.provider_id;
  return id === undefined ? undefined : String(id);
}

/** What the list says of a trace; `undefined` as long as no step of it has ended. */
export interface TraceSummary {
  readonly id: string;
  readonly title: string;
  readonly owner: string | undefined;
  readonly status: string | undefined;
  readonly startMs: number;
  readonly durationMs: number;
  readonly spans: number;
  readonly lines: number;
  readonly hasFailed: boolean;
}

export function summaryOf(trace: TraceRow): TraceSummary | undefined {
  const { durationMs, steps } = waterfallOf(trace);
  const [first] = steps;
  if (first === undefined) return undefined;
  const status = first.span.attributes['http.response.status_code'];
  return {
    id: trace.id,
    title: titleOf(first.span),
    owner: ownerOf(first.span),
    status: status === undefined ? undefined : String(status),
    startMs: first.span.startMs,
    durationMs,
    spans: steps.length,
    lines: trace.lines.length,
    hasFailed: steps.some(({ span }) => span.error !== undefined),
  };
}
