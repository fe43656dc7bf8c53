import type { MsgHdrs } from 'nats';

/** Written by clients that delete a key: `DEL`, or `PURGE` with its history. */
const operation = 'KV-Operation';

/**
 * Written by servers from 2.11 on, into the empty message that a key leaves behind in a bucket with limit markers: `MaxAge` for one that
 * has expired, `Purge` or `Remove`. The client nats 2.29.3 does not know it, and takes the message for an empty value.
 */
const markerReason = 'Nats-Marker-Reason';

/** What a message in a bucket says of its key. */
export function changeOf(headers: MsgHdrs | undefined): 'set' | 'delete' {
  if (headers === undefined) return 'set';
  const isDeleted = (headers.get(operation) || 'PUT') !== 'PUT' || headers.has(markerReason);
  return isDeleted ? 'delete' : 'set';
}
