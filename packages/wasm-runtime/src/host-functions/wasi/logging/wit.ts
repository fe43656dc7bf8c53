/** What is served of `wasi:logging`. */
export const loggingWit: string = `
package wasi:logging@0.1.0-draft;

interface logging {
  enum level {
    trace,
    debug,
    info,
    warn,
    error,
    critical,
  }
  log: func(level: level, context: string, message: string);
}
`;
