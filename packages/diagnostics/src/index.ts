export type { CaptureOrder, CaptureSource } from './capture-sessions.js';
export { type CapturedComponent, maxCaptureCount } from './captures.js';
export {
  type CaptureEnd,
  type CaptureOptions,
  CaptureRefusedError,
  createDiagnosticsClient,
  type DiagnosticsClient,
  type DiagnosticsClientOptions,
  DiagnosticsPermissionError,
  type FollowLogsOptions,
  NoDiagnosticsError,
} from './diagnostics-client.js';
export type {
  BudgetFigures,
  CanaryCount,
  CanaryFigures,
  ComponentFigures,
  HostFigures,
  ProcessFigures,
  ProviderFigures,
  ProviderState,
} from './figures.js';
export { encodeFigures } from './figures-codec.js';
export type { HostTraces } from './host-traces.js';
export { encodeLogLine, workloadOf } from './log-lines.js';
export { durationQuantile } from './quantile.js';
export {
  type DiagnosticsServer,
  type DiagnosticsServerOptions,
  serveDiagnostics,
} from './serve-diagnostics.js';
export {
  allLogLinesSubject,
  captureSubject,
  diagnosticsRoot,
  figuresSubject,
  followLogsSubject,
  logLinesSubject,
  tracesSubject,
} from './subjects.js';
