export { errorType } from './error-type.js';
export {
  type CallMeasure,
  type CallOutcome,
  type MeasureServerOptions,
  measureServer,
} from './measure-server.js';
export { type TraceInvokerOptions, traceInvoker } from './trace-invoker.js';
export { type TraceServerOptions, traceServer } from './trace-server.js';
