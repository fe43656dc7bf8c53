export {
  type EndpointOptions,
  InvalidEndpointError,
  type OtlpProtocol,
  resolveEndpoint,
  type Signal,
} from './endpoint.js';
export { startTelemetry, type Telemetry, type TelemetryOptions } from './start-telemetry.js';
