/** One line of the log of a component or provider. */
export interface LogLineRow {
  /** Milliseconds since 1970, by the clock of the host. */
  readonly time: number;
  readonly level: string;
  readonly hostId: string;
  readonly message: string;
  /** Of the trace that it was written in, if any. */
  readonly traceId?: string | undefined;
}

/** What a page that follows a log is told. */
export type LogMessage =
  | { readonly kind: 'lines'; readonly lines: readonly LogLineRow[]; readonly dropped: number }
  /** A host, or the NATS server for all of them, does not tell its log. */
  | { readonly kind: 'refusal'; readonly message: string };
