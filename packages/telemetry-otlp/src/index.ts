export {
  type EndpointOptions,
  InvalidEndpointError,
  type OtlpProtocol,
  resolveEndpoint,
  type Signal,
} from './endpoint.js';
export { type ProtocolVariables, readProtocolVariables } from './protocol-variables.js';
export { noTelemetry, startTelemetry } from './start-telemetry.js';
export type { Telemetry, TelemetryOptions } from './telemetry.js';
