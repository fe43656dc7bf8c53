export { causeChain } from './cause-chain.js';
export {
  createEnvelopeEncoder,
  decodeEnvelope,
  type EnvelopeOptions,
  type EventAttributes,
  type ReceivedEvent,
  type UnknownEvent,
} from './envelope.js';
export {
  decodeEventData,
  type EventDataByName,
  type EventName,
  encodeEventData,
  isEventName,
  type LatticeEvent,
} from './lattice-event.js';
export { createNatsEventPublisher, type NatsEventPublisherOptions } from './nats-publisher.js';
export { type ArtifactPullProgress, artifactPullProgress } from './payloads/artifact.js';
export { type AuditCategory, type AuditOutcome, type AuditRecord, auditRecorded } from './payloads/audit.js';
export type { EventClaims } from './payloads/claims.js';
export {
  type ComponentEventClaims,
  type ComponentScaled,
  type ComponentScaleFailed,
  componentScaled,
  componentScaleFailed,
} from './payloads/component.js';
export { type ConfigChanged, configDeleted, configSet } from './payloads/config.js';
export type { EventCodec } from './payloads/event-codec.js';
export {
  type HealthCheck,
  healthCheckFailed,
  healthCheckPassed,
  healthCheckStatus,
} from './payloads/health-check.js';
export {
  type HostStarted,
  type HostStopped,
  hostHeartbeat,
  hostStarted,
  hostStopped,
  type LabelsChanged,
  labelsChanged,
} from './payloads/host.js';
export {
  type LinkdefDeleted,
  type LinkdefSetFailed,
  type LinkStateChanged,
  linkdefDeleted,
  linkdefSet,
  linkdefSetFailed,
  linkStateChanged,
} from './payloads/link.js';
export {
  type ProviderStarted,
  type ProviderStartFailed,
  type ProviderStateChanged,
  type ProviderStopped,
  providerStarted,
  providerStartFailed,
  providerStateChanged,
  providerStopped,
} from './payloads/provider.js';
export {
  createMemoryEventPublisher,
  type EventPublisher,
  type MemoryEventPublisher,
  noopEventPublisher,
} from './publisher.js';
export { allEventsSubject, eventSubject, parseEventSubject } from './subjects.js';
export {
  type EventReadOptions,
  EventSubscribeError,
  type EventSubscription,
  EventSubscriptionClosedError,
  type EventSubscriptionOptions,
  EventTimeoutError,
  type EventWaitOptions,
  eventNamed,
  subscribeEvents,
} from './subscription.js';
