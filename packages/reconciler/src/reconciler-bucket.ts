import { checkLatticeName } from '@wasmlattice/control-interface';
import { openBucket } from '@wasmlattice/lattice-connection';
import type { JetStreamClient, KV } from 'nats';

/** `RECONCILER_{lattice}`: who acts, what was put for which application, and what failed of late. */
export function reconcilerBucket(lattice: string): string {
  return `RECONCILER_${checkLatticeName(lattice)}`;
}

/**
 * Opens the bucket as it is, or creates it with one replica.
 *
 * @throws BucketError
 */
export function openReconcilerBucket(jetstream: JetStreamClient, lattice: string): Promise<KV> {
  return openBucket(jetstream, reconcilerBucket(lattice));
}
