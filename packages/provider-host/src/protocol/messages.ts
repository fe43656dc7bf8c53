import type { StringMap } from '@wasmlattice/control-interface/types';
import { asBoolean, asString, asStringMap, optionalField, parseObject, stringField } from './fields.js';

/** A provider's answer to a health request (docs/spec/provider.md#4). */
export interface HealthReply {
  readonly healthy: boolean;
  readonly message?: string | undefined;
}

/** An absent `message` is left out: upstream's decoder would take `null`, others may not. */
export function encodeHealthReply(reply: HealthReply): string {
  const { healthy, message } = reply;
  return JSON.stringify(message === undefined ? { healthy } : { healthy, message });
}

/** Inverse of {@link encodeHealthReply}; a reply without `healthy` says unhealthy. */
export function decodeHealthReply(text: string): HealthReply {
  const json = parseObject(text, 'health reply');
  const healthy = optionalField(json, 'healthy', 'health reply', asBoolean) ?? false;
  const message = optionalField(json, 'message', 'health reply', asString);
  return message === undefined ? { healthy } : { healthy, message };
}

/** The reply of a provider that has finished its shutdown. */
export const shutdownReply = 'shutting down';

/** Several hosts share the shutdown subject: only the provider of the host that is named may react. */
export function encodeShutdownRequest(hostId: string): string {
  return JSON.stringify({ host_id: hostId });
}

/** The id of the host a shutdown request is meant for. */
export function decodeShutdownRequest(text: string): string {
  return stringField(parseObject(text, 'shutdown request'), 'host_id', 'shutdown request', '');
}

/** A config update carries the whole merged map, not the difference. */
export function encodeConfigUpdate(config: StringMap): string {
  return JSON.stringify(config);
}

export function decodeConfigUpdate(text: string): StringMap {
  return asStringMap(parseObject(text, 'config update'), 'config update');
}
