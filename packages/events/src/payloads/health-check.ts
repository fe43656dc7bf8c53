import { ObjectReader } from '@wasmlattice/control-interface/codec';
import type { EventCodec } from './event-codec.js';

/** Which provider answered a health request; what it answered is the event's name. */
export interface HealthCheck {
  /** Must be filled: wadm goes by it, not by the event's source. */
  readonly hostId: string;
  readonly providerId: string;
}

/** An event for `publish`: a provider became healthy; providers begin as unhealthy. */
export function healthCheckPassed(data: HealthCheck): {
  readonly name: 'health_check_passed';
  readonly data: HealthCheck;
} {
  return { name: 'health_check_passed', data };
}

/** An event for `publish`: a healthy provider became unhealthy. */
export function healthCheckFailed(data: HealthCheck): {
  readonly name: 'health_check_failed';
  readonly data: HealthCheck;
} {
  return { name: 'health_check_failed', data };
}

/** An event for `publish`: a provider answered as the time before. */
export function healthCheckStatus(data: HealthCheck): {
  readonly name: 'health_check_status';
  readonly data: HealthCheck;
} {
  return { name: 'health_check_status', data };
}

/** The same data for all three. */
export const healthCheckCodec: EventCodec<HealthCheck> = {
  encode: (data) => ({ host_id: data.hostId, provider_id: data.providerId }),
  decode(value) {
    const reader = new ObjectReader(value, 'health check event');
    return { hostId: reader.stringOr('host_id', ''), providerId: reader.string('provider_id') };
  },
};
