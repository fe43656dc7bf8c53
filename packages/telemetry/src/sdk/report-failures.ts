/** The part of a span or metric exporter that matters here. A code of 0 is success. */
interface Exporter<I> {
  export(items: I, done: (result: { readonly code: number; readonly error?: Error }) => void): void;
}

/**
 * Makes `exporter` tell when its collector can't be reached, which OpenTelemetry keeps to itself. Told once, and again
 * only after an export has succeeded in between: a collector that is down would fill the log.
 */
export function reportFailures<I, E extends Exporter<I>>(exporter: E, report: (error: unknown) => void): E {
  const original = exporter.export.bind(exporter);
  let failing = false;
  exporter.export = (items, done) =>
    original(items, (result) => {
      if (result.code === 0) failing = false;
      else if (!failing) {
        failing = true;
        report(result.error ?? new Error('the telemetry collector refused data'));
      }
      done(result);
    });
  return exporter;
}
