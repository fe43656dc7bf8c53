import type { JetStreamClient } from 'nats';
import { reconcilerBucket } from '../reconciler-bucket.js';
import { leaseKey } from './lease.js';
import { decodeLeaseRecord, type LeaseRecord } from './lease-record.js';

/**
 * What a lattice says of who keeps its applications, for who takes no part in it; `undefined` where nobody ever did. A holder may be dead: only
 * who watches the record for a while can tell.
 *
 * @throws NatsError where JetStream does not answer, or not this user; DecodeError
 */
export async function readLease(
  jetstream: JetStreamClient,
  lattice: string,
): Promise<LeaseRecord | undefined> {
  const manager = await jetstream.jetstreamManager();
  const bucket = reconcilerBucket(lattice);
  for await (const name of manager.streams.names(`$KV.${bucket}.>`)) {
    if (name !== `KV_${bucket}`) continue;
    const kv = await jetstream.views.kv(bucket, { bindOnly: true });
    const entry = await kv.get(leaseKey);
    return entry?.operation === 'PUT' ? decodeLeaseRecord(entry.value) : undefined;
  }
  return undefined;
}
