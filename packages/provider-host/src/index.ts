export { type BackoffOptions, backoffMs } from './backoff.js';
export { httpClientReference, startHttpClientProvider } from './builtin/http-client/http-client-provider.js';
export type {
  HttpClientLease,
  HttpClientRequest,
  HttpClients,
} from './builtin/http-client/http-clients.js';
export { readHttpClientSettings } from './builtin/http-client/settings.js';
export {
  type HttpServerComponents,
  httpServerReference,
  startHttpServerProvider,
} from './builtin/http-server/http-server-provider.js';
export type {
  HttpListenRequest,
  HttpRoute,
  HttpTargetLease,
  HttpTargets,
} from './builtin/http-server/http-targets.js';
export {
  describeLink,
  ProviderConfigError,
  ProviderLinkError,
  ProviderSecretsError,
  ProviderStartError,
} from './errors.js';
export {
  type HealthMonitor,
  type HealthMonitorOptions,
  type HealthOutcome,
  startHealthMonitor,
} from './health-monitor.js';
export { formatProblem, headBytes, type Machine } from './process/executable-format.js';
export { createGroupGuard, type GroupGuard } from './process/group-guard.js';
export { type GroupUsage, readGroupUsage } from './process/group-usage.js';
export { describeLastWords, shortenLines } from './process/last-words.js';
export { LaunchError } from './process/launch-command.js';
export type { Environment } from './process/provider-environment.js';
export {
  type ProcessExit,
  type ProviderProcess,
  type ProviderProcessOptions,
  startProviderProcess,
} from './process/provider-process.js';
export { startProviderThread } from './process/provider-thread.js';
export {
  type ProcessProvider,
  type ProcessProviderComponents,
  type ProcessProviderRequest,
  type ProcessProviderTiming,
  startProcessProvider,
} from './process-provider.js';
export type {
  ProviderEnd,
  ProviderFactory,
  ProviderStart,
  ProviderStop,
  RunningProvider,
} from './provider.js';
export {
  createSharedProcess,
  type SharedProcess,
  type SharedProcessOptions,
} from './shared/shared-process.js';
export type { Sleep } from './sleep.js';
export {
  createSupervisor,
  describeCrash,
  type ProviderCrash,
  type Supervisor,
  type SupervisorOptions,
  type SupervisorState,
} from './supervisor.js';
