import type { CallHeaders } from '@wasmlattice/rpc';
import type { IPublishPacket } from 'mqtt';

type UserProperties = NonNullable<IPublishPacket['properties']>['userProperties'];

/** `traceparent` and `tracestate` as user properties, so that whoever gets the message goes on with the trace. */
export function traceProperties({ traceparent, tracestate }: CallHeaders): Record<string, string> {
  if (traceparent === undefined) return {};
  return { traceparent, ...(tracestate !== undefined && { tracestate }) };
}

/** Inverse of {@link traceProperties}. */
export function traceOf(given: UserProperties): CallHeaders {
  const traceparent = first(given?.traceparent);
  const tracestate = first(given?.tracestate);
  return {
    ...(traceparent !== undefined && { traceparent }),
    ...(traceparent !== undefined && tracestate !== undefined && { tracestate }),
  };
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
