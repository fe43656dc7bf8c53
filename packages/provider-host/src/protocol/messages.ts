import type { StringMap } from '@wasmlattice/control-interface/types';
import {
  asBoolean,
  asNumber,
  asString,
  asStringMap,
  optionalField,
  parseObject,
  stringField,
} from './fields.js';

/** A provider's answer to a health request (docs/spec/provider.md#4). */
export interface HealthReply {
  readonly healthy: boolean;
  readonly message?: string | undefined;
  /**
   * The instance id of the HostData that the process was started with. A field of ours: several processes share the subject, and
   * one that sends it answers link messages and takes new values in place. wasmCloud's providers send none.
   */
  readonly instanceId?: string | undefined;
  /** Whether calls are answered by now. A field of ours; absent from wasmCloud's providers, which answer once they are up. */
  readonly isServing?: boolean | undefined;
}

/** An absent `message` is left out: upstream's decoder would take `null`, others may not. */
export function encodeHealthReply(reply: HealthReply): string {
  const { healthy, instanceId, isServing, message } = reply;
  return JSON.stringify({ healthy, message, instance_id: instanceId, serving: isServing });
}

/** Inverse of {@link encodeHealthReply}; a reply without `healthy` says unhealthy. */
export function decodeHealthReply(text: string): HealthReply {
  const what = 'health reply';
  const json = parseObject(text, what);
  const healthy = optionalField(json, 'healthy', what, asBoolean) ?? false;
  const message = optionalField(json, 'message', what, asString);
  const instanceId = optionalField(json, 'instance_id', what, asString);
  const isServing = optionalField(json, 'serving', what, asBoolean);
  return {
    healthy,
    ...(message !== undefined && { message }),
    ...(instanceId !== undefined && { instanceId }),
    ...(isServing !== undefined && { isServing }),
  };
}

/**
 * What became of a link that was put or deleted, or of a config update. A message of ours, sent where the host gave a reply subject:
 * wasmCloud's providers never answer, and its hosts never ask.
 */
export interface ProviderReply {
  /** Which process answers: several may share the subject. */
  readonly instanceId: string;
  /** Why it did not work; absent when it did. */
  readonly error?: string | undefined;
}

export function encodeProviderReply({ error, instanceId }: ProviderReply): string {
  return JSON.stringify({ success: error === undefined, error, instance_id: instanceId });
}

/** Inverse of {@link encodeProviderReply}. */
export function decodeProviderReply(text: string): ProviderReply {
  const what = 'reply of the provider';
  const json = parseObject(text, what);
  const instanceId = stringField(json, 'instance_id', what, '');
  if (optionalField(json, 'success', what, asBoolean) === true) return { instanceId };
  return { instanceId, error: stringField(json, 'error', what, 'the provider gives no reason') };
}

/** The reply of a provider that has finished its shutdown. */
export const shutdownReply = 'shutting down';

/** Asks a provider to shut down. */
export interface ShutdownRequest {
  /** Several hosts share the subject: only the provider of the host that is named may react. */
  readonly hostId: string;
  /**
   * The one process that is meant where a host has two of the provider, one of which takes the place of the other. A field of ours; without
   * it all of them are.
   */
  readonly instanceId?: string | undefined;
  /** How long calls in progress may take to end, in ms. A field of ours; without it as long as a stop allows. */
  readonly drainMs?: number | undefined;
}

export function encodeShutdownRequest({ drainMs, hostId, instanceId }: ShutdownRequest): string {
  return JSON.stringify({ host_id: hostId, instance_id: instanceId, drain_ms: drainMs });
}

/** Inverse of {@link encodeShutdownRequest}. */
export function decodeShutdownRequest(text: string): ShutdownRequest {
  const what = 'shutdown request';
  const json = parseObject(text, what);
  const instanceId = optionalField(json, 'instance_id', what, asString);
  const drainMs = optionalField(json, 'drain_ms', what, asNumber);
  return {
    hostId: stringField(json, 'host_id', what, ''),
    ...(instanceId !== undefined && { instanceId }),
    ...(drainMs !== undefined && { drainMs }),
  };
}

/** A config update carries the whole merged map, not the difference. */
export function encodeConfigUpdate(config: StringMap): string {
  return JSON.stringify(config);
}

export function decodeConfigUpdate(text: string): StringMap {
  return asStringMap(parseObject(text, 'config update'), 'config update');
}
