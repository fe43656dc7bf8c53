/** One step of a trace: a request, a call, or what it led to. */
export interface SpanRow {
  readonly id: string;
  readonly parentId?: string | undefined;
  readonly hostId: string;
  /** Name of the kind of step: `http_request`, `invoke`, `component_invocation`. */
  readonly name: string;
  /** Milliseconds since 1970 with fractions, by the clock of the host. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Why it failed; absent: it did not. */
  readonly error?: string | undefined;
  readonly stack?: string | undefined;
}

/** One line that was logged within a trace. */
export interface TraceLineRow {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly level: string;
  readonly hostId: string;
  /** Component or provider. */
  readonly workload?: string | undefined;
  readonly message: string;
}

/** What is known of one trace, from all hosts. */
export interface TraceRow {
  readonly id: string;
  readonly spans: readonly SpanRow[];
  readonly lines: readonly TraceLineRow[];
  /** There was more of it than is kept. */
  readonly isCut: boolean;
}

/** What a page that looks at traces is told: all that are kept first, then those that changed, each whole. */
export type TraceMessage =
  | { readonly kind: 'traces'; readonly traces: readonly TraceRow[]; readonly lost: number }
  /** A host does not tell its traces. */
  | { readonly kind: 'refusal'; readonly message: string };

/** A request that was shown, to be sent again as it was. */
export interface SentRequest {
  readonly method: string;
  readonly pathWithQuery: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** As many are kept; the oldest go. */
export const mostTraces = 100;
