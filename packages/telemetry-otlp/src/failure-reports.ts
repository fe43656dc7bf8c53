/** The part of a span or metric exporter that matters here. A code of 0 is success. */
interface Exporter<I> {
  export(items: I, done: (result: { readonly code: number; readonly error?: Error }) => void): void;
}

/** Tells when a collector can't be reached, which OpenTelemetry keeps to itself. */
export interface FailureReports {
  /**
   * Makes `exporter` tell when it fails. Told once, and again only after an export has succeeded in between: a collector that
   * is down would fill the log.
   */
  watch<I, E extends Exporter<I>>(exporter: E): E;
  /** Whether the last export of some watched exporter failed, which has been told. */
  readonly failing: boolean;
}

export function createFailureReports(report: (error: unknown) => void): FailureReports {
  const failing = new Set<object>();
  return {
    get failing() {
      return failing.size > 0;
    },
    watch(exporter) {
      const original = exporter.export.bind(exporter);
      exporter.export = (items, done) =>
        original(items, (result) => {
          if (result.code === 0) failing.delete(exporter);
          else if (!failing.has(exporter)) {
            failing.add(exporter);
            report(result.error ?? new Error('the telemetry collector refused data'));
          }
          done(result);
        });
      return exporter;
    },
  };
}
