import type { JsonObject } from '@wasmlattice/control-interface/codec';
import type { HostInventory, Link } from '@wasmlattice/control-interface/types';
import { type ArtifactPullProgress, artifactPullProgressCodec } from './payloads/artifact.js';
import { type AuditRecord, auditRecordedCodec } from './payloads/audit.js';
import {
  type ComponentScaled,
  type ComponentScaleFailed,
  componentScaledCodec,
  componentScaleFailedCodec,
} from './payloads/component.js';
import { type ConfigChanged, configChangedCodec } from './payloads/config.js';
import type { EventCodec } from './payloads/event-codec.js';
import { type HealthCheck, healthCheckCodec } from './payloads/health-check.js';
import {
  type HostStarted,
  type HostStopped,
  hostHeartbeatCodec,
  hostStartedCodec,
  hostStoppedCodec,
  type LabelsChanged,
  labelsChangedCodec,
} from './payloads/host.js';
import {
  type LinkdefDeleted,
  type LinkdefSetFailed,
  type LinkStateChanged,
  linkdefDeletedCodec,
  linkdefSetCodec,
  linkdefSetFailedCodec,
  linkStateChangedCodec,
} from './payloads/link.js';
import {
  type ProviderStarted,
  type ProviderStartFailed,
  type ProviderStateChanged,
  type ProviderStopped,
  providerStartedCodec,
  providerStartFailedCodec,
  providerStateChangedCodec,
  providerStoppedCodec,
} from './payloads/provider.js';

/**
 * The data of each event by its short name, which is also the last token of its subject
 * (docs/spec/events.md#3).
 */
export interface EventDataByName {
  host_started: HostStarted;
  host_heartbeat: HostInventory;
  host_stopped: HostStopped;
  labels_changed: LabelsChanged;
  component_scaled: ComponentScaled;
  component_scale_failed: ComponentScaleFailed;
  provider_started: ProviderStarted;
  provider_start_failed: ProviderStartFailed;
  provider_stopped: ProviderStopped;
  provider_state_changed: ProviderStateChanged;
  health_check_passed: HealthCheck;
  health_check_failed: HealthCheck;
  health_check_status: HealthCheck;
  linkdef_set: Link;
  linkdef_set_failed: LinkdefSetFailed;
  linkdef_deleted: LinkdefDeleted;
  link_state_changed: LinkStateChanged;
  config_set: ConfigChanged;
  config_deleted: ConfigChanged;
  audit_recorded: AuditRecord;
  artifact_pull_progress: ArtifactPullProgress;
}

/** The short name of an event. */
export type EventName = keyof EventDataByName;

/** One event, without its envelope; a tagged union over {@link EventDataByName}. */
export type LatticeEvent<N extends EventName = EventName> = {
  [K in N]: { readonly name: K; readonly data: EventDataByName[K] };
}[N];

const codecs: { readonly [N in EventName]: EventCodec<EventDataByName[N]> } = {
  host_started: hostStartedCodec,
  host_heartbeat: hostHeartbeatCodec,
  host_stopped: hostStoppedCodec,
  labels_changed: labelsChangedCodec,
  component_scaled: componentScaledCodec,
  component_scale_failed: componentScaleFailedCodec,
  provider_started: providerStartedCodec,
  provider_start_failed: providerStartFailedCodec,
  provider_stopped: providerStoppedCodec,
  provider_state_changed: providerStateChangedCodec,
  health_check_passed: healthCheckCodec,
  health_check_failed: healthCheckCodec,
  health_check_status: healthCheckCodec,
  linkdef_set: linkdefSetCodec,
  linkdef_set_failed: linkdefSetFailedCodec,
  linkdef_deleted: linkdefDeletedCodec,
  link_state_changed: linkStateChangedCodec,
  config_set: configChangedCodec,
  config_deleted: configChangedCodec,
  audit_recorded: auditRecordedCodec,
  artifact_pull_progress: artifactPullProgressCodec,
};

/** Whether this is the name of an event with known data. */
export function isEventName(name: string): name is EventName {
  return Object.hasOwn(codecs, name);
}

/** The `data` of an event as the wire has it. */
export function encodeEventData<N extends EventName>(event: LatticeEvent<N>): JsonObject {
  const codec: EventCodec<EventDataByName[N]> = codecs[event.name];
  return codec.encode(event.data);
}

/** The inverse of {@link encodeEventData}; throws a `DecodeError`. */
export function decodeEventData<N extends EventName>(name: N, data: unknown): LatticeEvent<N> {
  const codec: EventCodec<EventDataByName[N]> = codecs[name];
  return { name, data: codec.decode(data) };
}
