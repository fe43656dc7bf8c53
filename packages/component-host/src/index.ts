export {
  type CanaryCells,
  type CanaryCount,
  type CanaryFigures,
  createCanaryCells,
  readCanaryFigures,
  readCanaryShare,
  setCanaryShare,
} from './canary/canary-cells.js';
export { CanaryMismatchError } from './canary/component-split.js';
export type { ComponentStart, ConfigEntries, LinkRow, SecretEntries } from './component-record.js';
export {
  type ComponentRuntime,
  type ComponentRuntimeOptions,
  createComponentRuntime,
} from './component-runtime.js';
export type { ClientProvider } from './http/client-provider.js';
export {
  HttpListenError,
  type HttpListener,
  type HttpListenerOptions,
  openHttpListener,
} from './http/listener.js';
export type { RoutePolicy } from './http/route-policy.js';
export type { HttpRoute, HttpRouting, RouteMatch } from './http/routes.js';
export { NoHttpHandlerError } from './http/thread-listeners.js';
export {
  ComponentPlaces,
  type ComponentPlacesOptions,
  IsolatedCanaryError,
  type PlacedStart,
} from './isolation/component-places.js';
export {
  type IsolationTier,
  IsolationTierError,
  isolationTiers,
  parseIsolationTier,
} from './isolation/isolation-tier.js';
export { IsolatedProcessExitedError } from './isolation/process-client.js';
export { LinkNotFoundError } from './outgoing-calls/link-router.js';
export type { CallTransports } from './outgoing-calls/outgoing-calls.js';
export {
  type DecideForComponent,
  type InvocationDecision,
  type InvocationGate,
  type InvokedFunction,
  ThreadDecisions,
} from './policy/invocation-gate.js';
export { HttpAddressError } from './serving-threads/claim-address.js';
export {
  NoThreadLeftError,
  ProcessShare,
  type ProcessShareOptions,
} from './serving-threads/process-share.js';
export { platformReusesPorts } from './serving-threads/reuse-port.js';
export type { ServedFigures } from './serving-threads/served-figures.js';
export {
  type ServedComponentHandle,
  ServingThreads,
  type ServingThreadsOptions,
} from './serving-threads/serving-threads.js';
export type { ListenerHandle } from './serving-threads/thread-addresses.js';
export type { RuntimeTelemetry } from './telemetry/component-telemetry.js';
export { machineTime } from './thread/machine-time.js';
export type { HttpClientSettings, ListenerAddress, ServingThreadSettings } from './thread/messages.js';
export { type ThreadClient, type ThreadExit, ThreadExitedError } from './thread/thread-client.js';
export type { ThreadNotice, WatchNotice } from './thread/thread-notice.js';
export type { WatchedBatch } from './thread/watched-batch.js';
